import EventStore
import Foundation
import MQTT
import Outputs
import Publishing
import Synchronization
import TestSupport
import Testing

@testable import Service

@Suite struct FleetTopicsTests {
  @Test func `a topic names a box and what the message is about`() {
    let many = FleetTopics(broker: "central", prefix: "yolostream/+")
    #expect(many.filters == ["available", "events", "+/state", "+/snapshot"].map { "yolostream/+/\($0)" })
    for (topic, box, subject) in [
      ("yolostream/gate/events", "gate", FleetTopics.Subject.event),
      ("yolostream/gate/available", "gate", .availability),
      ("yolostream/gate/front/state", "gate", .state(camera: "front")),
      ("yolostream/ga te/front/snapshot", "ga_te", .snapshot(camera: "front")),
    ] {
      #expect(many.subject(of: topic)?.box == box && many.subject(of: topic)?.subject == subject, "\(topic)")
    }
    for topic in ["yolostream/events", "other/gate/events", "yolostream/gate/front/count/all", ""] {
      #expect(many.subject(of: topic) == nil, "\(topic)")
    }
    let one = FleetTopics(broker: "gate", prefix: "yolostream")
    #expect(one.subject(of: "yolostream/events")?.box == "gate")
  }

  @Test func `the line of an event has the camera's name in the fleet, and no file of the box`() throws {
    let key = "01JZZZZZZZ0000000000000001", id = "01JZZZZZZZ0000000000000002"
    let head = "{\"event\":\"\(key)\",\"v\":2,\"id\":\"\(id)\",\"type\":\"end\",\"camera\":"
    let rest = ",\"seq\":1,\"ts\":\"2026-11-23T18:39:27.000Z\",\"label\":\"a \\\"camera\\\"\""
    let files =
      ",\"snapshot\":\"/box/s.jpg\",\"clip\":\"/box/c.mp4\",\"clip_offset\":1.5,\"snapshot_box\":[0.1,0.2,0.3,0.4]}"
    let event = try #require(CollectedEvent(Array((head + "\"front\"" + rest + files).utf8), box: "gate"))
    #expect(event.camera == "gate.front" && event.cameraOfBox == "front")
    #expect(event.line { _, _, _, _ in nil } == head + "\"gate.front\"" + rest + ",\"snapshot\":null,\"clip\":null}")
    #expect(
      event.line { identifier, _, camera, _ in "/fleet/\(camera)_\(identifier).jpg" } == head + "\"gate.front\"" + rest
        + ",\"snapshot\":\"/fleet/gate.front_\(id).jpg\",\"clip\":null,\"snapshot_box\":[0.1,0.2,0.3,0.4]}")
    // What stands in other values, or is written in another way, is not mistaken for a field.
    let odd = try #require(
      CollectedEvent(
        Array(
          """
          {"note" : {"camera":"front","snapshot":"}"}, "event":"\(key)","v":2,"id":"\(id)","type":"start",\
          "cam\\u0065ra":"front","score":0.50,"ts":"2026-11-23T18:39:27.000Z","list":[1, {"snapshot":null}]}
          """.utf8), box: "gate"))
    #expect(
      odd.line { _, _, _, _ in nil }
        == "{\"note\":{\"camera\":\"front\",\"snapshot\":\"}\"},\"event\":\"\(key)\",\"v\":2,\"id\":\"\(id)\","
        + "\"type\":\"start\",\"camera\":\"gate.front\",\"score\":0.50,\"ts\":\"2026-11-23T18:39:27.000Z\","
        + "\"list\":[1, {\"snapshot\":null}]}")
    for damaged in ["", "{}", head + "\"front\"", head + "\"front\"}", "{\"event\":\"x\"" + rest + "}"] {
      #expect(CollectedEvent(Array(damaged.utf8), box: "gate") == nil, "\(damaged)")
    }
  }
}

/// A collector in this process, and services of a fleet that publish what a test wants.
@Suite(.serialized, .ownThread, .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct CollectorTests {
  private let broker: Broker
  private let folder: ScratchFolder

  init() throws {
    broker = try Broker()
    try broker.start()
    folder = try ScratchFolder()
  }

  private final class Collector: Sendable {
    let run: CollectorRun
    let port: Int
    private let task: Task<Void, any Error>

    init(_ path: String) async throws {
      let (lines, log) = AsyncStream.makeStream(of: String.self)
      let run = try CollectorRun(path: path) { log.yield($0.text) }
      self.run = run
      task = Task {
        defer { log.finish() }
        try await run.run()
      }
      var port: Int?
      for await line in lines {
        port = line.firstMatch(of: /collecting from .*:(\d+)\//).flatMap { Int($0.1) }
        if port != nil { break }
      }
      self.port = try #require(port)
    }

    func get(_ path: String) throws -> (status: Int, text: String, bytes: [UInt8]) {
      let wire = try Wire(port: port)
      try wire.request(path, headers: ["Connection: close"])
      let answer = try wire.answer()
      return (answer.status, String(decoding: answer.body, as: UTF8.self), answer.body)
    }

    /// Events of the store by camera.
    func events() async throws -> [String: Int] {
      await run.history?.update()
      var query = EventQuery(), counts: [String: Int] = [:]
      query.limit = 1000
      repeat {
        let page = try #require(try await run.history?.database.events(query))
        for event in page.events { counts[event.camera, default: 0] += 1 }
        query.cursor = page.next
      } while query.cursor != nil
      return counts
    }

    func stop() async throws {
      run.stop()
      try await task.value
    }
  }

  private func configuration() throws -> String {
    let path = folder.path + "/fleet.yml"
    try """
    version: 1
    brokers: {central: {url: "mqtt://127.0.0.1:\(broker.port)", prefix: yolostream/+}}
    outputs:
      events: {jsonl: {path: \(folder.path)/fleet.jsonl}}
      storage: {path: \(folder.path)/media, min_free: 0}
    http: {listen: "127.0.0.1:0"}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func box(_ name: String) throws -> MQTTPublisher {
    let options = MQTTOptions(address: MQTTAddress(host: "127.0.0.1", port: broker.port), clientID: name)
    var settings = PublishingSettings(broker: options, spool: "\(folder.path)/\(name)")
    settings.prefix = "yolostream/\(name)"
    var camera = HomeCamera(name: "front", labels: ["person"])
    camera.state = "up"
    let publisher = try MQTTPublisher(settings, home: { [camera] in HomeState(cameras: [camera]) }, obey: { _ in })
    try publisher.start()
    return publisher
  }

  private func publish(_ count: Int, by publisher: MQTTPublisher, snapshot: String? = nil) {
    for number in 0..<count {
      let id = SortableIdentifier.now.description, now = EventClock.wallMilliseconds
      let json =
        "{\"v\":2,\"id\":\"\(id)\",\"type\":\"start\",\"camera\":\"front\",\"seq\":\(number),\"ts\":\"\(EventClock.text(now))\""
        + ",\"label\":\"person\",\"score\":0.5,\"top_score\":0.5,\"zones\":[],\"entered\":[]"
        + (snapshot.map { ",\"snapshot\":\"\($0)\",\"clip\":null}" } ?? "}")
      publisher.publish(
        PublishedEvent(key: SortableIdentifier.now.description, camera: "front", json: json, snapshot: snapshot),
        at: now)
    }
  }

  @Test func `events of twenty boxes are rows of one store, also those sent while the collector was away`() async throws
  {
    let path = try configuration()
    var collector = try await Collector(path)
    // The broker keeps messages for a collector that it has seen.
    #expect(waiting { collector.run.readers.allSatisfy(\.state.isConnected) })
    let names = (1...20).map { "box\($0)" }
    let boxes = try names.map(box)
    for box in boxes { publish(25, by: box) }
    #expect(waiting { collector.run.fleet.report.written == 500 })
    #expect(collector.run.cameras.map(\.json).allSatisfy { $0.contains("\"state\":\"up\"") })
    try await collector.stop()
    for box in boxes { publish(25, by: box) }
    #expect(waiting { boxes.allSatisfy { $0.report.delivered == 50 } })
    collector = try await Collector(path)
    #expect(waiting { collector.run.fleet.report.written == 500 })
    #expect(try await collector.events() == Dictionary(uniqueKeysWithValues: names.map { ("\($0).front", 50) }))

    // One that is sent again, as a broker or a box may do, changes nothing.
    let again = try #require(
      try String(contentsOfFile: folder.path + "/fleet.jsonl", encoding: .utf8).split(separator: "\n").last)
    let camera = try #require(again.firstMatch(of: /"camera":"(box\d+)\.front"/)?.1)
    try broker.publish(
      String(again).replacing("\"\(camera).front\"", with: "\"front\"").replacing("\"seq\":", with: "\"seq\":9"),
      to: "yolostream/\(camera)/events")
    try broker.publish("no event", to: "yolostream/\(camera)/events")
    #expect(waiting { collector.run.fleet.report.written == 501 && collector.run.fleet.report.unreadable == 1 })
    #expect(try await collector.events().values.reduce(0, +) == 1000)

    #expect(
      try collector.get("/api/v1/events?camera=box7.front&limit=3").text.components(separatedBy: "\"box7.front\"").count
        == 4)
    #expect(try collector.get("/api/v1/cameras").text.components(separatedBy: "\"name\":").count == 21)
    #expect(try collector.get("/metrics").text.contains("yolostream_collector_broker_up{broker=\"central\"} 1"))
    #expect(try collector.get("/api/v1/stats").text.contains("{\"name\":\"broker central\",\"state\":\"connected\""))
    for box in boxes { box.stop() }
    #expect(waiting { collector.run.cameras.map(\.json).allSatisfy { $0.contains("is offline") } })
    try await collector.stop()
  }

  @Test func `a snapshot is kept with its event`() async throws {
    let collector = try await Collector(try configuration())
    #expect(waiting { collector.run.readers.allSatisfy(\.state.isConnected) })
    let gate = try box("gate")
    let image = folder.path + "/image.jpg"
    try Data([0xFF, 0xD8, 1, 2, 3]).write(to: URL(filePath: image))
    publish(1, by: gate, snapshot: image)
    #expect(waiting { collector.run.fleet.report.written == 1 })
    await collector.run.history?.update()
    let answer = try collector.get("/api/v1/events?camera=gate.front").text
    let id = try #require(answer.firstMatch(of: /"id":"(\w{26})"/)?.1)
    #expect(answer.contains("\"has_snapshot\":true"))
    #expect(try collector.get("/api/v1/events/\(id)/snapshot.jpg").bytes == [0xFF, 0xD8, 1, 2, 3])
    gate.stop()
    try await collector.stop()
  }
}

/// What a collector keeps in memory.
@Suite struct FleetTests {
  @Test func `who may publish to a broker fills no memory`() throws {
    let folder = try ScratchFolder()
    let fleet = try Fleet(log: folder.path + "/fleet.jsonl", rotation: nil, media: nil)
    let topics = FleetTopics(broker: "central", prefix: "yolostream/+")
    func send(_ topic: String, _ text: String) -> [String] {
      fleet.take(MQTTMessage(topic: "yolostream/" + topic, text: text, isRetained: true), topics)
    }
    for number in 0..<1100 { _ = send("box\(number)/available", "online") }
    #expect(fleet.presence.count == 1000 && fleet.report.unreadable == 100)
    for number in 0..<300 { _ = send("box1/camera\(number)/state", "{\"state\":\"up\"}") }
    #expect(fleet.cameras.count == 256)
    let long = String(repeating: "x", count: 70_000)
    _ = send("box1/camera1/state", "{\"state\":\"down\",\"message\":\"\(long)\"}")
    #expect(fleet.cameras.first { $0.name == "box1.camera1" }?.isUp == true)
    // A camera that is removed makes room for another.
    _ = send("box1/camera1/state", "")
    _ = send("box1/another/state", "{\"state\":\"up\"}")
    #expect(fleet.cameras.contains { $0.name == "box1.another" })
    #expect(send("box1/events", String(repeating: " ", count: 2 << 20)).isEmpty)
  }
}
