import Foundation
import MQTT
import Publishing
import Spooling
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct MQTTPublisherTests {
  private let folder: ScratchFolder
  private let broker: Broker
  private let house = TestHome(TestHome.small)

  init() throws {
    folder = try ScratchFolder()
    broker = try Broker()
  }

  private func start(change: (inout PublishingSettings) -> Void = { _ in }) throws -> MQTTPublisher {
    try house.start(port: broker.port, spool: folder.path + "/spool", change: change)
  }

  private func event(_ number: Int, snapshot: String? = nil) -> PublishedEvent {
    PublishedEvent(
      key: String(format: "01J%023d", number), camera: "front", json: "{\"v\":2,\"number\":\(number)}",
      snapshot: snapshot)
  }

  private func numbers(_ messages: [BrokerListener.Message]) -> [Int] {
    messages.filter { $0.topic == "yolostream/events" }.compactMap {
      $0.text.firstMatch(of: /"number":(\d+)/).flatMap { Int($0.1) }
    }
  }

  @Test func `the first state is whole, zeros included, and online comes last`() throws {
    try broker.start()
    let listener = try broker.listen(to: "yolostream/#")
    let publisher = try start { $0.discovery = nil }
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/available" } })
    let messages = listener.messages
    let texts = Dictionary(uniqueKeysWithValues: messages.map { ($0.topic, $0.text) })
    #expect(
      texts == [
        "yolostream/server": "{\"version\":\"1.2.3\",\"cameras_up\":1,\"result_age\":null,\"free_bytes\":null}",
        "yolostream/front/state":
          "{\"state\":\"up\",\"cause\":null,\"message\":null,\"width\":640,\"height\":480}",
        "yolostream/front/enabled": "ON", "yolostream/front/detect": "ON", "yolostream/front/record": "ON",
        "yolostream/front/alerts": "ON",
        "yolostream/front/count/all": "0", "yolostream/front/count/all/active": "0",
        "yolostream/front/count/person": "0", "yolostream/front/count/person/active": "0",
        "yolostream/front/count/traffic_light": "0", "yolostream/front/count/traffic_light/active": "0",
        "yolostream/front/zone/yard/all": "0", "yolostream/front/zone/yard/all/active": "0",
        "yolostream/front/zone/yard/person": "0", "yolostream/front/zone/yard/person/active": "0",
        "yolostream/front/zone/yard/traffic_light": "0", "yolostream/front/zone/yard/traffic_light/active": "0",
        "yolostream/available": "online",
      ])
    #expect(messages.last?.topic == "yolostream/available")
    let later = try broker.listen(to: "yolostream/#")
    #expect(later.waits { $0.count == texts.count } && later.messages.allSatisfy { $0.wasRetained })

    house.change {
      $0.cameras[0].counts = [
        HomeCount(label: "person", all: 2, active: 1), HomeCount(label: "dog", all: 1, active: 1),
        HomeCount(zone: "yard", label: "person", all: 1, active: 0),
      ]
    }
    let changed = [
      ("front/count/all", "3"), ("front/count/all/active", "2"), ("front/count/person", "2"),
      ("front/count/person/active", "1"), ("front/zone/yard/all", "1"), ("front/zone/yard/person", "1"),
    ].map { "yolostream/\($0) \($1)" }
    #expect(listener.waits { $0.dropFirst(texts.count).map { "\($0.topic) \($0.text)" } == changed })
    house.change { $0.cameras = [] }
    #expect(listener.waits { $0.last?.topic == "yolostream/front/snapshot" && $0.last?.text == "" })
    publisher.stop()
    #expect(
      listener.waits { $0.last?.topic == "yolostream/available" && $0.last?.text == "stopped" },
      "\(listener.messages.suffix(6).map { "\($0.topic) \($0.text)" })")
    let end = try broker.listen(to: "yolostream/#")
    #expect(end.waits { Set($0.map(\.topic)) == ["yolostream/available", "yolostream/server"] })
  }

  @Test func `events come in order after the image they speak of, and again with the same key`() throws {
    try broker.start()
    let listener = try broker.listen(to: "yolostream/#")
    let image = folder.path + "/image.jpg"
    try Data([0xFF, 0xD8, 10, 0, 0xFF]).write(to: URL(filePath: image))
    let publisher = try start { $0.discovery = nil }
    publisher.publish(event(1), at: now)
    publisher.publish(event(2, snapshot: image), at: now)
    publisher.publish(event(3, snapshot: folder.path + "/missing.jpg"), at: now)
    #expect(listener.waits { numbers($0).count == 3 })
    let sent = listener.messages.filter { ["yolostream/events", "yolostream/front/snapshot"].contains($0.topic) }
    #expect(sent.map(\.topic).map { $0.split(separator: "/").last } == ["events", "snapshot", "events", "events"])
    #expect(sent[1].payload == [0xFF, 0xD8, 10, 0, 0xFF])
    #expect(sent[0].text == "{\"event\":\"01J00000000000000000000001\",\"v\":2,\"number\":1}")
    #expect(waiting { publisher.report.delivered == 3 && publisher.report.spool.waiting == 0 })
    publisher.stop()
    #expect(publisher.report.refused == 0 && publisher.report.dropped == 0)
  }

  @Test func `a broker that is killed again and again loses no event and holds nobody up`() throws {
    let rounds = 6, total = 300
    let publisher = try start { $0.discovery = nil }
    var listeners: [BrokerListener] = []
    var slowest = Duration.zero
    for round in 0..<rounds {
      // A broker that was killed remembers nobody: who listens must be there before the publisher goes on.
      let listener = try house.standstill {
        try broker.start()
        return try broker.listen(to: "yolostream/events")
      }
      listeners.append(listener)
      for number in round * total / rounds..<(round + 1) * total / rounds {
        slowest = max(slowest, ContinuousClock().measure { publisher.publish(event(number), at: now) })
      }
      #expect(listener.waits { !numbers($0).isEmpty })
      if round < rounds - 1 { broker.kill() }
    }
    #expect(
      listeners[rounds - 1].waits { _ in Set(listeners.flatMap { numbers($0.messages) }) == Set(0..<total) },
      "\(Set(0..<total).subtracting(listeners.flatMap { numbers($0.messages) }).sorted()) are lost")
    for listener in listeners {
      // Without what came twice.
      let came = numbers(listener.messages).reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
      #expect(came == came.sorted())
    }
    #expect(slowest < .milliseconds(250))
    #expect(waiting { publisher.report.spool.waiting == 0 })
    publisher.stop()
  }

  @Test func `events of a program that was killed are sent by the next one`() throws {
    let before = try start { $0.discovery = nil }
    for number in 0..<40 { before.publish(event(number), at: now) }
    #expect(waiting { before.report.spool.waiting == 40 })
    // As a kill leaves it: a copy of the folder while the other still has it open.
    let copy = folder.path + "/copy"
    try FileManager.default.copyItem(atPath: folder.path + "/spool", toPath: copy)
    before.stop()
    try broker.start()
    let listener = try broker.listen(to: "yolostream/events")
    let after = try house.start(port: broker.port, spool: copy) { $0.discovery = nil }
    #expect(listener.waits { numbers($0) == Array(0..<40) })
    after.stop()
  }

  @Test func `what is no event in the spool does not wait for ever`() throws {
    do {
      var spool = try Spool(folder: folder.path + "/spool")
      try spool.append(Array("nothing".utf8), at: now)
    }
    let publisher = try start { $0.discovery = nil }
    #expect(publisher.report.spool.waiting == 1)
    try broker.start()
    #expect(waiting { publisher.report.spool.waiting == 0 })
    publisher.stop()
  }

  @Test func `a lost service is offline, and its return is online after its state`() throws {
    try broker.start()
    let listener = try broker.listen(to: "yolostream/available")
    let publisher = try start { $0.discovery = nil }
    #expect(listener.waits { $0.map(\.text) == ["online"] })
    // Another client with the same name takes its place, as a broken network may look like.
    try broker.publish("x", to: "x")
    let wake = try WakePipe()
    var thief: MQTTConnection? = try MQTTConnection(
      MQTTOptions(address: MQTTAddress(host: "127.0.0.1", port: broker.port), clientID: "house"))
    #expect(try waiting { try thief?.notices(within: 0.1, or: wake).contains(.accepted) ?? false })
    thief = nil
    #expect(listener.waits { $0.map(\.text) == ["online", "offline", "online"] })
    publisher.stop()
    #expect(listener.waits { $0.last?.text == "stopped" })
  }

  @Test func `switches obey messages, not what was retained or makes no sense`() throws {
    try broker.start()
    try broker.publish("OFF", to: "yolostream/front/record/set", isRetained: true)
    let listener = try broker.listen(to: "yolostream/front/+")
    let publisher = try start { $0.discovery = nil }
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/front/alerts" } })
    for (text, topic) in [("maybe", "front/detect"), ("OFF", "front/other"), ("OFF", "front/detect")] {
      try broker.publish(text, to: "yolostream/\(topic)/set")
    }
    #expect(listener.waits { $0.last.map { $0.topic == "yolostream/front/detect" && $0.text == "OFF" } ?? false })
    #expect(house.obeyed == [HomeCommand(camera: "front", toggle: .detect, isOn: false)])
    publisher.stop()
  }

  @Test func `a stop without a broker is quick and keeps what waits`() throws {
    let publisher = try start()
    publisher.publish(event(1), at: now)
    #expect(waiting { publisher.report.spool.waiting == 1 && publisher.report.lastFailure != nil })
    #expect(ContinuousClock().measure { publisher.stop() } < .seconds(20))
    var spool = try Spool(folder: folder.path + "/spool")
    #expect(try spool.next(at: now) != nil)
  }

  private var now: Int64 { Int64(Date.now.timeIntervalSince1970 * 1000) }
}
