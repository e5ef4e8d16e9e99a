import JSON
package import MQTT
import Outputs

/// The topics below one prefix, and what stands in those that are retained.
package struct HomeTopics: Hashable, Sendable {
  /// What all topics begin with, such as `yolostream`.
  package let prefix: String

  package init(prefix: String) { self.prefix = prefix }

  /// `online`, `offline` (by the broker, when the service is gone) or `stopped` (by the service, at its end).
  package var available: String { "\(prefix)/available" }
  /// Each event as JSON; not retained.
  package var events: String { "\(prefix)/events" }
  /// Numbers of the service.
  package var server: String { "\(prefix)/server" }

  func state(of camera: String) -> String { "\(prefix)/\(camera)/state" }
  func snapshot(of camera: String) -> String { "\(prefix)/\(camera)/snapshot" }
  func crop(of camera: String) -> String { "\(prefix)/\(camera)/crop" }
  func toggle(_ toggle: HomeToggle, of camera: String) -> String { "\(prefix)/\(camera)/\(toggle.rawValue)" }

  /// The count of `label`, or `all`, in `zone`, or in the whole frame; with `/active` behind it that of moving objects.
  func count(of label: String, in zone: String?, of camera: String) -> String {
    zone.map { "\(prefix)/\(camera)/zone/\($0)/\(Self.word(label))" } ?? "\(prefix)/\(camera)/count/\(Self.word(label))"
  }

  /// What subscribes to all commands.
  package var commands: [String] { ["\(prefix)/+/+/set"] }

  /// `text` as a part of a topic or an identifier: what is no letter, digit, `-` or `_` becomes `_`.
  static func word(_ text: String) -> String {
    String(
      text.unicodeScalars.map { scalar in
        let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        return isPlain || scalar == "-" || scalar == "_" ? Character(scalar) : "_"
      })
  }

  /// All retained messages of `home`, but for `available` and snapshots.
  package func messages(of home: HomeState) -> [MQTTMessage] {
    var messages = [retained(server, home.server.json.text)]
    for camera in home.cameras {
      for toggle in HomeToggle.allCases {
        messages.append(
          retained(self.toggle(toggle, of: camera.name), camera.switches[keyPath: toggle.path] ? "ON" : "OFF"))
      }
      messages += figures(of: camera)
    }
    return messages
  }

  /// The retained messages of a camera that are not switches: its state and its counts.
  func figures(of camera: HomeCamera) -> [MQTTMessage] {
    var messages = [retained(state(of: camera.name), camera.json.text)]
    for zone in [nil] + camera.zones.map(Optional.some) {
      let counts = camera.counts.filter { $0.zone == zone }
      for label in ["all"] + camera.labels {
        let meant = counts.filter { label == "all" || $0.label == label }
        let topic = count(of: label, in: zone, of: camera.name)
        messages.append(retained(topic, "\(meant.reduce(0) { $0 + $1.all })"))
        messages.append(retained(topic + "/active", "\(meant.reduce(0) { $0 + $1.active })"))
      }
    }
    return messages
  }

  private func retained(_ topic: String, _ text: String) -> MQTTMessage {
    MQTTMessage(topic: topic, text: text, isRetained: true)
  }
}

extension HomeServer {
  fileprivate var json: JSONValue {
    [
      "version": .string(version), "cameras_up": .integer(camerasUp),
      "result_age": .number(resultAge, places: 3), "free_bytes": .optional(freeBytes),
    ]
  }
}

extension HomeCamera {
  fileprivate var json: JSONValue {
    [
      "state": .string(state), "cause": .optional(cause),
      "message": .optional(message), "width": .integer(width), "height": .integer(height),
    ]
  }
}
