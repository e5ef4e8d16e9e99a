import Foundation
import TestSupport
import Testing

@testable import Service

/// A running service in Frigate's form: what a real broker and callers get of it.
@Suite(.serialized, .ownThread, .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct FrigateTests {
  private let broker: Broker

  init() throws {
    broker = try Broker()
    try broker.start()
  }

  private func json(_ service: RunningService, _ path: String) throws -> Any {
    let answer = try service.get(path)
    #expect(answer.status == 200, "\(path): \(answer.head)")
    return try JSONSerialization.jsonObject(with: Data(answer.body))
  }

  @Test func `topics and paths are Frigate's`() async throws {
    let listener = try broker.listen()
    let service = try await RunningService(
      cameras: """
          front:
            url: "test:160x120@25"
            detect: {classes: [person, dog]}
            zones: {yard: {points: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
        """, storage: ", min_free: 0", outputs: "mqtt: {url: \"mqtt://127.0.0.1:\(broker.port)\", format: frigate}")
    #expect(listener.waits { $0.contains { $0.topic == "frigate/available" && $0.text == "online" } })
    #expect(listener.waits { $0.contains { $0.topic == "frigate/events" && $0.text.hasPrefix("{\"type\":\"new\"") } })
    #expect(listener.waits { $0.contains { $0.topic == "frigate/front/all" && $0.text != "0" } })
    #expect(
      listener.messages.contains { $0.topic == "frigate/yard/person" }
        && !listener.messages.contains { $0.topic.hasPrefix("homeassistant") })
    try broker.publish("OFF", to: "frigate/front/detect/set")
    #expect(listener.waits { $0.last { $0.topic == "frigate/front/detect/state" }?.text == "OFF" })
    #expect(listener.waits { $0.contains { $0.topic == "frigate/events" && $0.text.hasPrefix("{\"type\":\"end\"") } })

    #expect(String(decoding: try service.get("/api/version").body, as: UTF8.self).hasPrefix("0.15.2-yolostream-"))
    let config = try #require(try json(service, "/api/config") as? [String: Any])
    let mqtt = try #require(config["mqtt"] as? [String: Any])
    // The integration finds the service of a file's address by this.
    #expect(mqtt["topic_prefix"] as? String == "frigate" && mqtt["client_id"] as? String == "frigate")
    #expect(listener.messages.contains { $0.topic == "frigate/front/review_status" && $0.text == "NONE" })
    let camera = try #require((config["cameras"] as? [String: [String: Any]])?["front"])
    #expect((camera["objects"] as? [String: Any])?["track"] as? [String] == ["person", "dog"])
    #expect(
      (camera["detect"] as? [String: Any])?["enabled"] as? Bool == false
        && (camera["zones"] as? [String: Any])?.keys.first == "yard")
    let stats = try #require(try json(service, "/api/stats") as? [String: Any])
    #expect((stats["cameras"] as? [String: [String: Any]])?["front"]?["camera_fps"] as? Double ?? -1 >= 0)

    await service.run.history?.update()
    let events = try #require(
      try json(service, "/api/events?cameras=front,back&labels=all&limit=5") as? [[String: Any]])
    let event = try #require(events.first), id = try #require(event["id"] as? String)
    #expect(events.count <= 5 && event["camera"] as? String == "front" && event["start_time"] as? Double ?? 0 > 1.7e9)
    #expect((try json(service, "/api/events/\(id)") as? [String: Any])?["id"] as? String == id)
    #expect(try json(service, "/api/events?camera=none") as? [String] == [])
    #expect(try !#require(json(service, "/api/events/summary") as? [[String: Any]]).isEmpty)
    let reviews = try #require(try json(service, "/api/review?severity=alert") as? [[String: Any]])
    #expect(reviews.allSatisfy { $0["severity"] as? String == "alert" })
    #expect(try service.get("/api/events/\(id)/retain", method: "POST", headers: ["Content-Length: 0"]).status == 200)
    #expect((try json(service, "/api/events/\(id)") as? [String: Any])?["retain_indefinitely"] as? Bool == true)
    #expect(try service.get("/api/front/latest.jpg").body.starts(with: [0xFF, 0xD8]))
    #expect(try json(service, "/api/front/recordings/summary") as? [String] == [])
    #expect(try service.get("/api/none/latest.jpg").status == 404)
    try await service.stop()
    #expect(listener.waits { $0.last { $0.topic == "frigate/available" }?.text == "stopped" })
  }
}
