package import MQTT

/// Something of a camera that can be switched.
package enum HomeToggle: String, Hashable, Sendable, CaseIterable {
  case enabled, detect, record, alerts

  /// Where its state is.
  package var path: any WritableKeyPath<HomeSwitches, Bool> & Sendable {
    switch self {
    case .enabled: \.enabled
    case .detect: \.detect
    case .record: \.record
    case .alerts: \.alerts
    }
  }
}

/// What somebody asked for by a message.
package struct HomeCommand: Hashable, Sendable {
  /// Name of the camera.
  package var camera: String
  /// What is to be switched.
  package var toggle: HomeToggle
  /// Whether it is to be on.
  package var isOn: Bool

  /// The command to switch `toggle` of `camera`.
  package init(camera: String, toggle: HomeToggle, isOn: Bool) {
    self.camera = camera
    self.toggle = toggle
    self.isOn = isOn
  }
}

extension HomeTopics {
  /// The command in `message`; `nil` for another one, and for a retained one, which would be obeyed at each connect.
  package func command(in message: MQTTMessage) -> HomeCommand? {
    guard !message.isRetained, message.topic.hasPrefix(prefix + "/") else { return nil }
    let parts = message.topic.dropFirst(prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "set", let toggle = HomeToggle(rawValue: String(parts[1])) else { return nil }
    switch message.text.uppercased() {
    case "ON", "TRUE", "1": return HomeCommand(camera: String(parts[0]), toggle: toggle, isOn: true)
    case "OFF", "FALSE", "0": return HomeCommand(camera: String(parts[0]), toggle: toggle, isOn: false)
    default: return nil
    }
  }
}
