package import MQTT

/// How a house is published: topics, payloads and commands of one family of consumers.
package protocol PublishedForm: Sendable {
  /// The topic of `online`, `offline` and `stopped`.
  var available: String { get }
  /// What subscribes to all commands.
  var commands: [String] { get }
  /// The command in `message`; `nil` for another one, and for a retained one, which would be obeyed at each connect.
  func command(in message: MQTTMessage) -> HomeCommand?
  /// All retained messages of `home`, but for `available` and images.
  func messages(of home: HomeState) -> [MQTTMessage]
  /// What empties the retained images of a camera that is gone.
  func clearings(of camera: HomeCamera) -> [MQTTMessage]
  /// What `event` is sent as, and before it what has to be there then. `image` is the JPEG that it names. The last message is
  /// the one that a broker must confirm; none at all for an event that this form has no words for.
  mutating func messages(of event: PublishedEvent, image: [UInt8]?) -> [MQTTMessage]
}

extension HomeTopics: PublishedForm {
  package func clearings(of camera: HomeCamera) -> [MQTTMessage] {
    [MQTTMessage(topic: snapshot(of: camera.name), payload: [], isRetained: true)]
  }

  package func messages(of event: PublishedEvent, image: [UInt8]?) -> [MQTTMessage] {
    let last = image.map { MQTTMessage(topic: snapshot(of: event.camera), payload: $0, isRetained: true) }
    return (last.map { [$0] } ?? []) + [MQTTMessage(topic: events, text: event.payload)]
  }
}
