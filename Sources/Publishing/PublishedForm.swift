package import MQTT
package import Outputs

/// A format for publishing cameras: topics, payloads and commands of one family of consumers.
package protocol PublishedForm: Sendable {
  /// The topic of `online`, `offline` and `stopped`.
  var available: String { get }
  /// Topic filters of all commands.
  var commands: [String] { get }
  /// The command in `message`; `nil` for another one, and for a retained one, which would be obeyed at each connect.
  func command(in message: MQTTMessage) -> HomeCommand?
  /// All retained messages of `home`, but for `available` and images.
  func messages(of home: HomeState) -> [MQTTMessage]
  /// What empties the retained images of a camera that is gone.
  func clearings(of camera: HomeCamera) -> [MQTTMessage]
  /// The messages for `event`, after the retained ones that it depends on. `image` returns the JPEG that it names. The last
  /// message is the one that a broker must confirm; the list is empty if the format has no equivalent.
  mutating func messages(of event: PublishedEvent, image: (EventImage.Form) -> [UInt8]?) -> [MQTTMessage]
}

extension HomeTopics: PublishedForm {
  package func clearings(of camera: HomeCamera) -> [MQTTMessage] {
    [crop(of: camera.name), snapshot(of: camera.name)].map { MQTTMessage(topic: $0, payload: [], isRetained: true) }
  }

  package func messages(of event: PublishedEvent, image: (EventImage.Form) -> [UInt8]?) -> [MQTTMessage] {
    let images = [(crop(of: event.camera), image(.cropped)), (snapshot(of: event.camera), image([]))]
    return images.compactMap { topic, image in image.map { MQTTMessage(topic: topic, payload: $0, isRetained: true) } }
      + [MQTTMessage(topic: events, text: event.payload)]
  }
}
