import JSON
package import MQTT
package import Outputs

/// Topics and payloads as Frigate has them, so that what people have built for it goes on working: its Home Assistant
/// integration, cards, automations. Topics: https://docs.frigate.video/integrations/mqtt.
package struct FrigateForm: PublishedForm {
  /// What all topics begin with, such as `frigate`.
  package let prefix: String
  private var events = FrigateEvents()

  package init(prefix: String = "frigate") { self.prefix = prefix }

  package var available: String { "\(prefix)/available" }
  package var commands: [String] { ["\(prefix)/+/+/set"] }

  /// Frigate's switches of a camera, and ours. Clips and snapshots share one.
  private static let toggles: [(name: String, toggle: HomeToggle)] = [
    ("enabled", .enabled), ("detect", .detect), ("recordings", .record), ("snapshots", .record),
    ("review_alerts", .alerts),
  ]
  /// Switches of which there is no counterpart, with what they show.
  private static let constants = [
    ("motion", "ON"), ("improve_contrast", "OFF"), ("review_detections", "ON"), ("audio", "OFF"),
    ("ptz_autotracker", "OFF"),
  ]

  package func command(in message: MQTTMessage) -> HomeCommand? {
    guard !message.isRetained, message.topic.hasPrefix(prefix + "/") else { return nil }
    let parts = message.topic.dropFirst(prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "set", let pair = Self.toggles.first(where: { $0.name == parts[1] }),
      ["ON", "OFF"].contains(message.text)
    else { return nil }
    return HomeCommand(camera: String(parts[0]), toggle: pair.toggle, isOn: message.text == "ON")
  }

  package func messages(of home: HomeState) -> [MQTTMessage] {
    var messages: [MQTTMessage] = []
    func retain(_ topic: String, _ text: String) {
      messages.append(MQTTMessage(topic: "\(prefix)/\(topic)", text: text, isRetained: true))
    }
    func count(_ place: String, _ labels: [String], _ counts: [HomeCount]) {
      for label in ["all"] + labels {
        let meant = counts.filter { label == "all" || $0.label == label }
        retain("\(place)/\(Self.level(label))", "\(meant.reduce(0) { $0 + $1.all })")
        retain("\(place)/\(Self.level(label))/active", "\(meant.reduce(0) { $0 + $1.active })")
      }
    }
    for camera in home.cameras {
      for (name, toggle) in Self.toggles {
        retain("\(camera.name)/\(name)/state", camera.switches[keyPath: toggle.path] ? "ON" : "OFF")
      }
      for (name, state) in Self.constants { retain("\(camera.name)/\(name)/state", state) }
      let counts = camera.counts.filter { $0.zone == nil }
      count(camera.name, camera.labels, counts)
      retain("\(camera.name)/motion", counts.contains { $0.active > 0 } ? "ON" : "OFF")
      retain("\(camera.name)/review_status", events.reviewStatus(of: camera.name))
      retain(
        "\(camera.name)/status/detect",
        camera.state == "up" ? "online" : camera.state == "disabled" ? "disabled" : "offline")
    }
    // A zone of several cameras counts what any of them sees in it.
    for zone in Set(home.cameras.flatMap(\.zones)).sorted() {
      let cameras = home.cameras.filter { $0.zones.contains(zone) }
      let labels = cameras.flatMap(\.labels).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      count(zone, labels, cameras.flatMap { camera in camera.counts.filter { $0.zone == zone } })
    }
    return messages
  }

  package func clearings(of camera: HomeCamera) -> [MQTTMessage] {
    camera.labels.map {
      MQTTMessage(topic: "\(prefix)/\(camera.name)/\(Self.level($0))/snapshot", payload: [], isRetained: true)
    }
  }

  package mutating func messages(of event: PublishedEvent, image: (EventImage.Form) -> [UInt8]?) -> [MQTTMessage] {
    guard let message = events.translate(event) else { return [] }
    var messages: [MQTTMessage] = []
    // As Frigate sends it unless it is configured otherwise.
    if let label = message.label, let image = image([.cropped, .boxed]) {
      messages.append(
        MQTTMessage(topic: "\(prefix)/\(event.camera)/\(Self.level(label))/snapshot", payload: image, isRetained: true))
    }
    if let status = message.reviewStatus {
      messages.append(MQTTMessage(topic: "\(prefix)/\(event.camera)/review_status", text: status, isRetained: true))
    }
    return messages + [MQTTMessage(topic: "\(prefix)/\(message.topic)", text: message.payload.text)]
  }

  /// `label` as a level of a topic: as it is, but for what separates levels or stands for any.
  private static func level(_ label: String) -> String {
    String(label.map { "/+#".contains($0) ? "_" : $0 })
  }
}
