import JSON
package import MQTT
import Outputs

/// What announces a house to Home Assistant, so that its devices appear by themselves: one retained message for each device
/// (MQTT discovery for devices, Home Assistant 2024.11 and later). A pure function of cameras, zones and classes.
package struct Discovery: Hashable, Sendable {
  /// A device as it is announced.
  package struct Device: Hashable, Sendable {
    /// Its name in topics and identifiers.
    package let id: String
    /// The message without its components.
    let frame: [(key: String, value: JSONValue)]
    /// Its entities, by identifiers that stay.
    let components: [(key: String, value: JSONValue)]

    /// The payload, with entities that are gone announced as such where Home Assistant is to forget them.
    func json(forgetting gone: [(key: String, value: JSONValue)] = []) -> String {
      JSONValue.object(frame + [(key: "components", value: .object(components + gone))]).text
    }

    package static func == (left: Device, right: Device) -> Bool { left.json() == right.json() }
    package func hash(into hasher: inout Hasher) { hasher.combine(json()) }
  }

  /// Topics of the house.
  let topics: HomeTopics
  /// What Home Assistant listens to; `homeassistant` unless it was configured otherwise.
  let prefix: String

  package init(topics: HomeTopics, prefix: String = "homeassistant") {
    self.topics = topics
    self.prefix = prefix
  }

  /// The topic on which Home Assistant announces its start.
  var status: String { "\(prefix)/status" }
  /// What subscribes to all that was announced for this house.
  var announcements: String { "\(prefix)/device/\(node)/+/config" }
  /// The house in topics and identifiers.
  private var node: String { HomeTopics.word(topics.prefix) }

  /// Where a device is announced.
  func topic(of id: String) -> String { "\(prefix)/device/\(node)/\(id)/config" }

  /// The device that is announced at `topic`.
  func device(at topic: String) -> String? {
    let start = "\(prefix)/device/\(node)/", end = "/config"
    guard topic.hasPrefix(start), topic.hasSuffix(end), topic.count > start.count + end.count else { return nil }
    return String(topic.dropFirst(start.count).dropLast(end.count))
  }

  /// The devices of `home`: the service, and each camera.
  package func devices(of home: HomeState) -> [Device] {
    [server(home.server)] + home.cameras.map { camera($0) }
  }

  /// What announces `devices`, and takes back what `before` has and they have not.
  package func messages(_ devices: [Device], before: [Device] = []) -> [MQTTMessage] {
    var messages: [MQTTMessage] = []
    for old in before {
      guard let new = devices.first(where: { $0.id == old.id }) else {
        messages.append(MQTTMessage(topic: topic(of: old.id), payload: [], isRetained: true))
        continue
      }
      let gone = old.components.filter { component in !new.components.contains { $0.key == component.key } }
      if !gone.isEmpty { messages.append(message(new, forgetting: gone)) }
    }
    return messages + devices.filter { !before.contains($0) }.map { message($0) }
  }

  private func message(_ device: Device, forgetting gone: [(key: String, value: JSONValue)] = []) -> MQTTMessage {
    // A component that has nothing but its platform is removed.
    let stubs = gone.map {
      (key: $0.key, value: JSONValue.object([(key: "platform", value: $0.value["platform"] ?? "")]))
    }
    return MQTTMessage(topic: topic(of: device.id), text: device.json(forgetting: stubs), isRetained: true)
  }

  /// Fields of every device: identity, origin and availability.
  private func frame(_ id: String, _ fields: [(key: String, value: JSONValue)], version: String) -> [(
    key: String, value: JSONValue
  )] {
    [
      (key: "device", value: .object([(key: "identifiers", value: [.string("\(node)_\(id)")])] + fields)),
      (key: "origin", value: ["name": "yolostream", "sw_version": .string(version)]),
      (key: "availability", value: [isServiceOnline]),
      (key: "qos", value: .integer(1)),
    ]
  }

  /// `stopped` counts as offline, too.
  var isServiceOnline: JSONValue {
    [
      "topic": .string(topics.available),
      "value_template": "{{ 'online' if value == 'online' else 'offline' }}",
    ]
  }

  private func server(_ server: HomeServer) -> Device {
    let id = "server"
    var entities = Entities(node: node, device: id, slug: node)
    entities.add(
      "binary_sensor", "online", "Online",
      [
        "device_class": "connectivity", "entity_category": "diagnostic", "state_topic": .string(topics.available),
        "value_template": "{{ 'ON' if value == 'online' else 'OFF' }}",
        // Shown when the service is gone, too; always there.
        "availability": [],
      ])
    let numbers: [(String, String, [(key: String, value: JSONValue)])] = [
      ("cameras_up", "Cameras up", [(key: "state_class", value: "measurement")]),
      (
        "result_age", "Result age",
        [
          (key: "device_class", value: "duration"), (key: "unit_of_measurement", value: "s"),
          (key: "state_class", value: "measurement"),
        ]
      ),
      (
        "free_bytes", "Free space",
        [
          (key: "device_class", value: "data_size"), (key: "unit_of_measurement", value: "B"),
          (key: "state_class", value: "measurement"),
        ]
      ),
      ("version", "Version", []),
    ]
    for (field, name, more) in numbers {
      entities.add(
        "sensor", field, name,
        .object(
          [
            (key: "entity_category", value: "diagnostic"), (key: "state_topic", value: .string(topics.server)),
            (key: "value_template", value: .string("{{ value_json.\(field) }}")),
          ] + more))
    }
    let fields: [(key: String, value: JSONValue)] = [
      (key: "name", value: .string(topics.prefix)), (key: "manufacturer", value: "yolostream"),
      (key: "model", value: "server"), (key: "sw_version", value: .string(server.version)),
    ]
    return Device(id: id, frame: frame(id, fields, version: server.version), components: entities.all)
  }

  private func camera(_ camera: HomeCamera) -> Device {
    // No camera of that name takes the place of the service.
    let id = "camera_\(camera.name)"
    let fields: [(key: String, value: JSONValue)] = [
      (key: "name", value: .string(camera.name)), (key: "manufacturer", value: "yolostream"),
      (key: "model", value: "camera"), (key: "via_device", value: .string("\(node)_server")),
    ]
    return Device(id: id, frame: frame(id, fields, version: ""), components: entities(of: camera, node: node, id: id))
  }
}

/// The entities of a device, as they are collected.
struct Entities {
  let node: String
  let device: String
  /// The device in identifiers of entities.
  let slug: String
  private(set) var all: [(key: String, value: JSONValue)] = []

  /// Adds one of `platform`, identified by `key` within the device and called `name`.
  mutating func add(_ platform: String, _ key: String, _ name: String, _ value: JSONValue) {
    guard case .object(let fields) = value else { return }
    let entity = "\(platform).\(slug)_\(name)".lowercased().map {
      $0 == "." ? $0 : $0.isLetter || $0.isNumber ? $0 : "_"
    }
    let head: [(key: String, value: JSONValue)] = [
      (key: "platform", value: .string(platform)), (key: "unique_id", value: .string("\(node)_\(device)_\(key)")),
      (key: "default_entity_id", value: .string(String(entity))), (key: "name", value: .string(name)),
    ]
    all.append((key: key, value: .object(head + fields)))
  }
}
