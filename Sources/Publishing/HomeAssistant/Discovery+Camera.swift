import JSON
import Outputs

extension Discovery {
  /// Kinds of events that are shown as such.
  static let eventTypes = ["line", "zone_enter", "zone_exit", "loiter"]

  /// The entities of `camera`: whether it is up, what is switched on, who is there, what happened, and the last snapshot.
  func entities(of camera: HomeCamera, node: String, id: String) -> [(key: String, value: JSONValue)] {
    var entities = Entities(node: node, device: id, slug: camera.name)
    let state = JSONValue.string(topics.state(of: camera.name))
    entities.add(
      "binary_sensor", "up", "Connection",
      [
        "device_class": "connectivity", "entity_category": "diagnostic", "state_topic": state,
        "value_template": "{{ 'ON' if value_json.state == 'up' else 'OFF' }}", "json_attributes_topic": state,
      ])
    for toggle in HomeToggle.allCases {
      let topic = topics.toggle(toggle, of: camera.name)
      entities.add(
        "switch", toggle.rawValue, toggle.name,
        ["state_topic": .string(topic), "command_topic": .string(topic + "/set"), "icon": .string(toggle.icon)])
    }
    // What is counted means something only while frames come.
    let isSeen: JSONValue = [
      isServiceOnline,
      ["topic": state, "value_template": "{{ 'online' if value_json.state == 'up' else 'offline' }}"],
    ]
    for zone in [nil] + camera.zones.map(Optional.some) {
      for label in ["all"] + camera.labels {
        let topic = topics.count(of: label, in: zone, of: camera.name)
        let key = (zone.map { "zone_\($0)_" } ?? "") + HomeTopics.word(label)
        let words = [zone, label == "all" ? "objects" : label].compactMap(\.self).joined(separator: " ")
        let name = words.prefix(1).uppercased() + words.dropFirst()
        entities.add(
          "binary_sensor", key + "_occupancy", name,
          [
            "device_class": "occupancy", "state_topic": .string(topic), "availability": isSeen,
            "availability_mode": "all", "value_template": "{{ 'ON' if value | int > 0 else 'OFF' }}",
          ])
        for (ending, title) in [("", "count"), ("/active", "active count")] {
          entities.add(
            "sensor", key + (ending.isEmpty ? "_count" : "_active"), "\(name) \(title)",
            [
              "state_topic": .string(topic + ending), "state_class": "measurement", "availability": isSeen,
              "availability_mode": "all",
            ])
        }
      }
    }
    let types = Self.eventTypes.map { "'\($0)'" }.joined(separator: ", ")
    entities.add(
      "event", "event", "Event",
      [
        "event_types": .strings(Self.eventTypes), "state_topic": .string(topics.events),
        // Of other cameras and kinds nothing is left, which Home Assistant ignores.
        "value_template": .string(
          "{% if value_json.camera == '\(camera.name)' and value_json.type in [\(types)] %}"
            + "{{ dict(value_json, event_type=value_json.type) | to_json }}{% endif %}"),
      ])
    entities.add(
      "image", "snapshot", "Snapshot",
      ["image_topic": .string(topics.snapshot(of: camera.name)), "content_type": "image/jpeg"])
    entities.add(
      "image", "crop", "Last object",
      ["image_topic": .string(topics.crop(of: camera.name)), "content_type": "image/jpeg"])
    return entities.all
  }
}

extension HomeToggle {
  fileprivate var name: String {
    switch self {
    case .enabled: "Enabled"
    case .detect: "Detection"
    case .record: "Recording"
    case .alerts: "Alerts"
    }
  }

  fileprivate var icon: String {
    switch self {
    case .enabled: "mdi:video"
    case .detect: "mdi:motion-sensor"
    case .record: "mdi:record-rec"
    case .alerts: "mdi:bell"
    }
  }
}
