import Foundation
import MQTT
import Publishing
import TestSupport
import Testing

@Suite struct DiscoveryTests {
  private let discovery = Discovery(topics: HomeTopics(prefix: "yolostream"))

  private func components(_ message: MQTTMessage) throws -> [String: [String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any]
    return try #require(object?["components"] as? [String: [String: Any]])
  }

  @Test func `each device is one retained message with all its entities`() throws {
    let messages = discovery.messages(discovery.devices(of: TestHome.small))
    #expect(
      messages.map(\.topic) == [
        "homeassistant/device/yolostream/server/config", "homeassistant/device/yolostream/camera_front/config",
      ])
    #expect(messages.allSatisfy { $0.isRetained })
    let camera = try components(messages[1])
    #expect(
      Set(camera.keys) == [
        "up", "enabled", "detect", "record", "alerts", "event", "snapshot", "crop", "all_occupancy", "all_count",
        "all_active",
        "person_occupancy", "person_count", "person_active", "traffic_light_occupancy", "traffic_light_count",
        "traffic_light_active", "zone_yard_all_occupancy", "zone_yard_all_count", "zone_yard_all_active",
        "zone_yard_person_occupancy", "zone_yard_person_count", "zone_yard_person_active",
        "zone_yard_traffic_light_occupancy", "zone_yard_traffic_light_count", "zone_yard_traffic_light_active",
      ])
    let count = try #require(camera["zone_yard_person_count"])
    #expect(count["unique_id"] as? String == "yolostream_camera_front_zone_yard_person_count")
    #expect(count["default_entity_id"] as? String == "sensor.front_yard_person_count")
    #expect(count["state_topic"] as? String == "yolostream/front/zone/yard/person")
    let identities = try messages.flatMap { try components($0).values.compactMap { $0["unique_id"] as? String } }
    #expect(Set(identities).count == identities.count)
  }

  @Test func `every topic that is announced is published`() throws {
    let topics = HomeTopics(prefix: "yolostream")
    let published = Set(topics.messages(of: TestHome.small).map(\.topic)).union([
      "yolostream/available", "yolostream/events", "yolostream/front/snapshot", "yolostream/front/crop",
    ])
    for message in discovery.messages(discovery.devices(of: TestHome.small)) {
      for component in try components(message).values {
        let shown = ["state_topic", "image_topic", "json_attributes_topic"].compactMap { component[$0] as? String }
        #expect(!shown.isEmpty && published.isSuperset(of: shown))
      }
    }
  }

  @Test func `what is gone is removed, and nothing else is announced again`() throws {
    let before = discovery.devices(of: TestHome.small)
    #expect(discovery.messages(before, before: before).isEmpty)
    var house = TestHome.small
    house.cameras[0].zones = []
    let after = discovery.devices(of: house)
    let messages = discovery.messages(after, before: before)
    #expect(messages.count == 2 && messages.allSatisfy { $0.topic.hasSuffix("camera_front/config") })
    let stub = try #require(try components(messages[0])["zone_yard_all_count"])
    #expect(stub.count == 1 && stub["platform"] as? String == "sensor")
    #expect(try components(messages[1])["zone_yard_all_count"] == nil)
    house.cameras = []
    let gone = discovery.messages(discovery.devices(of: house), before: after)
    #expect(
      gone == [MQTTMessage(topic: "homeassistant/device/yolostream/camera_front/config", payload: [], isRetained: true)]
    )
  }

  @Test(.enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
  func `what left the configuration while the service was stopped is taken back, state included`() throws {
    let broker = try Broker()
    try broker.start()
    let folder = try ScratchFolder()
    let old = TestHome(TestHome.small)
    let first = try old.start(port: broker.port, spool: folder.path + "/spool")
    let listener = try broker.listen()
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/available" } })
    first.stop()
    var state = TestHome.small
    state.cameras[0].name = "back"
    let second = try TestHome(state).start(port: broker.port, spool: folder.path + "/spool")
    #expect(
      listener.waits {
        $0.contains { $0.topic == "homeassistant/device/yolostream/camera_front/config" && $0.payload.isEmpty }
      })
    #expect(
      waiting {
        guard let later = try? broker.listen(), later.waits(until: { $0.contains { $0.topic == "yolostream/server" } })
        else { return false }
        return !later.messages.contains { $0.topic.contains("front") }
      })
    second.stop()
  }

  @Test(.enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
  func `devices are announced again when Home Assistant has started`() throws {
    let broker = try Broker()
    try broker.start()
    let folder = try ScratchFolder()
    let publisher = try TestHome(TestHome.small).start(port: broker.port, spool: folder.path + "/spool")
    #expect(waiting { publisher.report.isConnected })
    let listener = try broker.listen()
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/available" } })
    let count = listener.messages.count
    try broker.publish("online", to: "homeassistant/status")
    #expect(listener.waits { $0.count == count * 2 + 1 })
    #expect(
      Set(listener.messages.dropFirst(count + 1).map(\.topic)) == Set(listener.messages.prefix(count).map(\.topic)))
    publisher.stop()
  }
}
