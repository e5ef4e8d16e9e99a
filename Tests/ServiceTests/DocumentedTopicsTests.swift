import Foundation
import MQTT
import Outputs
import Publishing
import Scene
import TestSupport
import Testing

@testable import Service

/// What the documentation states about topics and fields, and what a running service sends to a real broker: each must have all of
/// the other.
@Suite(.serialized, .ownThread, .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct DocumentedTopicsTests {
  private let broker: Broker
  private let cameras = """
      front:
        url: "test:160x120@25"
        detect: {classes: [person, dog]}
        zones: {yard: {points: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
      back: {url: "test:160x120@25", enabled: false}
    """

  init() throws {
    broker = try Broker()
    try broker.start()
  }

  /// A topic of the documentation as a pattern for those of `cameras`.
  private func pattern(_ topic: String) throws -> Regex<AnyRegexOutput> {
    let text = topic.split(separator: "/").map { level in
      ["CAM": "(front|back)", "ZONE": "yard", "CLASS": "(person|dog|cat|all)"][level] ?? String(level)
    }
    return try Regex("^" + text.joined(separator: "/") + "$")
  }

  /// Compares the topics of `messages` below `prefix` with those of `table`.
  private func compare(_ messages: [BrokerListener.Message], below prefix: String, with table: DocumentedTable) throws {
    let seen = Set(
      messages.map(\.topic).filter { $0.hasPrefix(prefix + "/") }.map { String($0.dropFirst(prefix.count + 1)) })
    let documented = try table.names.map { ($0, try pattern($0)) }
    for (name, pattern) in documented {
      #expect(seen.contains { $0.contains(pattern) }, "\(name) is in the documentation and was never sent")
    }
    for topic in seen {
      #expect(documented.contains { topic.contains($0.1) }, "\(topic) was sent and is not in the documentation")
    }
  }

  /// Fields of an event of `type` by the documentation; those of all types where it is `nil`.
  static func eventFields(of type: String?) throws -> Set<String> {
    let common = try DocumentedTable(below: "# Events", of: "events.md")
    let more = try DocumentedTable(below: "More fields by type:", of: "events.md")
    let own = more.rows.filter { row in type.map { DocumentedTable.code(in: row[0]).contains($0) } ?? true }
    // In brackets stand words that a field may have.
    let added = own.flatMap { DocumentedTable.code(in: $0[1].replacing(/\([^)]*\)/, with: "")) }
    return Set(common.names + added + ["event"])
  }

  private func keys(_ text: String) throws -> Set<String> {
    Set(try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)").keys)
  }

  @Test func `every topic and field of the documentation is sent, and no other`() async throws {
    let table = try DocumentedTable(below: "## Topics", of: "mqtt.md")
    let listener = try broker.listen()
    let service = try await RunningService(
      cameras: cameras, storage: ", min_free: 0", outputs: "mqtt: {url: \"mqtt://127.0.0.1:\(broker.port)\"}")
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/front/snapshot" } })
    for toggle in ["detect", "alerts", "record", "enabled"] {
      try broker.publish("OFF", to: "yolostream/front/\(toggle)/set")
      #expect(listener.waits { $0.last { $0.topic == "yolostream/front/\(toggle)" }?.text == "OFF" }, "\(toggle)")
    }
    try await service.stop()
    #expect(listener.waits { $0.last { $0.topic == "yolostream/available" }?.text == "stopped" })
    try compare(listener.messages, below: "yolostream", with: table)
    // The others are announcements.
    let others = listener.messages.map(\.topic).filter { !$0.hasPrefix("yolostream/") }
    #expect(!others.isEmpty && others.allSatisfy { $0.contains(/^homeassistant\/device\/yolostream\/\w+\/config$/) })

    for message in listener.messages where message.topic == "yolostream/server" {
      #expect(try keys(message.text) == table.fields(of: "server"))
    }
    for message in listener.messages where message.topic.contains(/^yolostream\/\w+\/state$/) {
      #expect(try keys(message.text) == table.fields(of: "CAM/state"))
    }
    let events = listener.messages.filter { $0.topic == "yolostream/events" }.map(\.text)
    #expect(events.allSatisfy { $0.hasPrefix("{\"event\":\"") && $0.contains("\"v\":2,") })
    for event in events {
      let type = try #require(event.firstMatch(of: /"type":"(\w+)"/)).1
      #expect(try keys(event).isSubset(of: Self.eventFields(of: String(type))), "\(event)")
    }
  }

  @Test func `every topic of Frigate's form is sent, and no other`() async throws {
    let table = try DocumentedTable(below: "## Frigate's form", of: "mqtt.md")
    let listener = try broker.listen()
    let service = try await RunningService(
      cameras: cameras, storage: ", min_free: 0",
      outputs: "mqtt: {url: \"mqtt://127.0.0.1:\(broker.port)\", format: frigate}")
    #expect(listener.waits { $0.contains { $0.topic.contains(/^frigate\/front\/(person|dog)\/snapshot$/) } })
    #expect(listener.waits { $0.contains { $0.topic == "frigate/reviews" } })
    for toggle in ["review_alerts", "snapshots", "detect", "recordings", "enabled"] {
      try broker.publish("OFF", to: "frigate/front/\(toggle)/set")
      #expect(listener.waits { $0.last { $0.topic == "frigate/front/\(toggle)/state" }?.text == "OFF" }, "\(toggle)")
    }
    try await service.stop()
    #expect(listener.waits { $0.last { $0.topic == "frigate/available" }?.text == "stopped" })
    try compare(listener.messages, below: "frigate", with: table)
    #expect(listener.messages.allSatisfy { $0.topic.hasPrefix("frigate/") })
    for message in listener.messages where ["frigate/events", "frigate/reviews"].contains(message.topic) {
      #expect(try keys(message.text) == table.fields(of: "events"))
    }
  }

  /// An event of each type, with all that it can have, as the service stamps it.
  private static let events: [StampedEvent] = {
    var stamper = EventStamper(classes: ClassCatalogue(names: ["person"]), camera: "front", clock: .wall)
    let box = Box(minX: 1, minY: 2, maxX: 3, maxY: 4)
    let track = Track(id: 1, detection: Detection(box: box, score: 0.5, classID: 0), firstSeen: 0, topScore: 0.9)
    var object = SceneObject(track: track, lastSeen: 1)
    let speed = Speed(metresPerSecond: 10, unit: .kilometresPerHour)
    object.speed = speed
    let stamp = FrameStamp(index: 1, seconds: 1, arrival: 1)
    var visit = Visit(number: 1, severity: .alert, start: 0)
    (visit.phase, visit.objects, visit.classIDs, visit.lastActive) = (.new, [1], [0], 1)
    let ofObjects: [SceneEvent.Kind] = [
      .start, .update, .stationary, .active, .zoneEnter(zone: "yard"),
      .zoneExit(zone: "yard", dwell: 1, speed: StaySpeed(mean: speed, top: speed)),
      .loiter(zone: "yard", dwell: 1), .line(line: "door", direction: "in", count: 1), .end,
    ]
    let ofFrames: [SceneEvent.Kind] = [.visit(visit), .added(rule: "crowd", value: 3)]
    let ofCameras: [SceneEvent.Kind] = [
      .cameraDown(cause: "unreachable", message: "no answer"),
      .cameraUp(SceneEvent.CameraFacts(width: 64, height: 48, codec: "h264", rate: 25, outage: 1)),
    ]
    let events =
      ofObjects.map { SceneEvent($0, of: object, stamp: stamp, width: 64, height: 48) }
      + ofFrames.map { SceneEvent($0, stamp: stamp, width: 64, height: 48) } + ofCameras.map { SceneEvent($0, at: 1) }
    var evidence = StampedEvent.Evidence(snapshot: "a.jpg", clip: "a.mp4", clipOffset: 1, snapshotBox: box)
    evidence.furtherClips = ["b.mp4"]
    return events.map { event in
      stamper.number(stamper.stamp(event), evidence: [.update, .end].contains(event.kind) ? evidence : nil)
    }
  }()

  @Test func `the fields of every type of event are those of the documentation`() throws {
    let listener = try broker.listen(to: "yolostream/events")
    let folder = try ScratchFolder()
    let options = MQTTOptions(address: MQTTAddress(host: "127.0.0.1", port: broker.port), clientID: "test")
    let publisher = try MQTTPublisher(
      PublishingSettings(broker: options, spool: folder.path), home: { HomeState() }, obey: { _ in })
    try publisher.start()
    for event in Self.events {
      publisher.publish(
        PublishedEvent(key: SortableIdentifier.now.description, camera: "front", json: event.json),
        at: EventClock.wallMilliseconds)
    }
    #expect(listener.waits { $0.count == Self.events.count })
    publisher.stop()
    let types = try DocumentedTable(below: "# Events", of: "events.md").rows.first { $0[0] == "`type`" }
    var seen: Set<String> = [], kinds: Set<String> = []
    for (event, message) in zip(Self.events, listener.messages) {
      let found = try keys(message.text)
      let type = event.event.kind.name
      #expect(try found.isSubset(of: Self.eventFields(of: type)), "\(message.text)")
      seen.formUnion(found)
      kinds.insert(type)
    }
    #expect(try seen == Self.eventFields(of: nil))
    #expect(kinds == Set(DocumentedTable.code(in: try #require(types)[1]) + ["crowd"]))
  }
}
