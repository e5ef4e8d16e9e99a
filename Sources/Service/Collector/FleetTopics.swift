import MQTT

/// The topics that a collector reads at one broker, and the boxes they belong to.
struct FleetTopics: Hashable, Sendable {
  /// The subject of a message.
  enum Subject: Hashable, Sendable {
    /// Whether the box is online.
    case availability
    /// An event of one of its cameras.
    case event
    /// The state of a camera, by name.
    case state(camera: String)
    /// The last snapshot of a camera, by name.
    case snapshot(camera: String)
  }

  /// Name of the broker: that of the box where the prefix names no other.
  let broker: String
  /// Levels of the topics' prefix; one may be `+`.
  private let levels: [Substring]

  init(broker: String, prefix: String) {
    self.broker = broker
    levels = prefix.split(separator: "/", omittingEmptySubsequences: false)
  }

  /// Topics to subscribe to.
  var filters: [String] {
    ["available", "events", "+/state", "+/snapshot"].map { levels.joined(separator: "/") + "/" + $0 }
  }

  /// The box and the subject of a message for `topic`; `nil` for other topics.
  func subject(of topic: String) -> (box: String, subject: Subject)? {
    let parts = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > levels.count, zip(levels, parts).allSatisfy({ $0 == "+" || $0 == $1 }) else { return nil }
    let box = levels.firstIndex(of: "+").map { FleetTopics.name(parts[$0]) } ?? broker
    switch parts.dropFirst(levels.count).map(String.init) {
    case ["available"]: return (box, .availability)
    case ["events"]: return (box, .event)
    case let rest where rest.count == 2 && rest[1] == "state": return (box, .state(camera: Self.name(rest[0])))
    case let rest where rest.count == 2 && rest[1] == "snapshot": return (box, .snapshot(camera: Self.name(rest[0])))
    default: return nil
    }
  }

  /// `text` as a part of the name of a camera: at most 40 letters, digits, `-` and `_`.
  private static func name(_ text: some StringProtocol) -> String {
    String(
      text.prefix(40).map { character in
        character.isASCII && (character.isLetter || character.isNumber || character == "-") ? character : "_"
      })
  }
}
