import Foundation
import TestSupport
import Testing

@testable import Service

/// A running service, a real broker and a real web server.
@Suite(.serialized, .ownThread, .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct OutletTests {
  private let broker: Broker
  private let cameras = """
      front: {url: "test:160x120@25", detect: {classes: [person, dog]}}
      back: {url: "test:160x120@25", enabled: false}
    """

  init() throws {
    broker = try Broker()
    try broker.start()
  }

  private var mqtt: String { "mqtt: {url: \"mqtt://127.0.0.1:\(broker.port)\"}" }

  private func last(_ listener: BrokerListener, _ topic: String) -> String? {
    listener.messages.last { $0.topic == "yolostream/\(topic)" }?.text
  }

  /// A published event as the log has it: without the key in front.
  private func bare(_ text: String) -> String {
    text.replacing(/^\{"event":"\w{26}",/, with: "{")
  }

  private func post(_ service: RunningService, _ path: String, _ body: String) throws -> (status: Int, text: String) {
    let wire = try service.connect()
    try wire.request(
      path, method: "POST", headers: ["Content-Length: \(body.utf8.count)", "Connection: close"])
    wire.send(body)
    let answer = try wire.answer()
    return (answer.status, String(decoding: answer.body, as: UTF8.self))
  }

  private func report(_ service: RunningService, _ camera: String) throws -> [String: Any] {
    let body = Data(try service.get("/api/v1/cameras/\(camera)").body)
    return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
  }

  @Test func `events and states of a running service reach the broker`() async throws {
    let listener = try broker.listen()
    let service = try await RunningService(cameras: cameras, storage: ", min_free: 0", outputs: mqtt)
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/available" && $0.text == "online" } })
    #expect(listener.messages.contains { $0.topic == "homeassistant/device/yolostream/camera_back/config" })
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/front/state" && $0.text.contains("\"up\"") } })
    #expect(last(listener, "back/state")?.contains("\"disabled\"") == true && last(listener, "back/enabled") == "OFF")
    #expect(listener.waits { $0.filter { $0.topic == "yolostream/events" }.count > 5 })
    // The network sees things where there are none: of some class, in some frame.
    #expect(listener.waits { $0.contains { $0.topic.hasPrefix("yolostream/front/count/") && $0.text != "0" } })
    try await service.stop()
    #expect(listener.waits { $0.last { $0.topic == "yolostream/available" }?.text == "stopped" })
    // A camera that is stopped with its service is not gone: its devices and states stay.
    #expect(!listener.messages.contains { $0.payload.isEmpty })
    #expect(last(listener, "front/enabled") == "ON")
    let written = try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").map(String.init)
    // What the end left no time for waits on the disk, and is sent by the next service.
    let next = try await RunningService(cameras: cameras, storage: ", min_free: 0", outputs: mqtt, after: service)
    #expect(listener.waits { Set(written).isSubset(of: $0.map { bare($0.text) }) })
    try await next.stop()
    let sent = listener.messages.filter { $0.topic == "yolostream/events" }.map(\.text)
    // An event that came twice has one key.
    #expect(Set(sent).count == Set(sent.map(bare)).count)
    #expect(Set(sent.map { $0.prefix(40) }).count == Set(sent).count)
  }

  @Test func `what is switched by a message or over HTTP holds over reload and restart`() async throws {
    let listener = try broker.listen()
    let service = try await RunningService(cameras: cameras, outputs: mqtt)
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/front/state" && $0.text.contains("\"up\"") } })
    try broker.publish("OFF", to: "yolostream/front/detect/set")
    #expect(listener.waits { _ in last(listener, "front/detect") == "OFF" })
    var inferred = -1
    #expect(
      try waiting {
        let before = inferred
        inferred = try report(service, "front")["inferred"] as? Int ?? 0
        return inferred == before
      })
    let frames = try #require(try report(service, "front")["frames"] as? Int)
    #expect(try waiting { try report(service, "front")["frames"] as? Int ?? 0 > frames + 20 })
    #expect(try report(service, "front")["inferred"] as? Int ?? 0 <= inferred + 1)
    #expect(listener.waits { _ in last(listener, "front/count/all") == "0" })

    var answer = try post(service, "/api/v1/cameras/back", "{\"enabled\": true, \"alerts\": false}")
    #expect(answer.status == 200)
    #expect(answer.text == "{\"alerts\":false,\"detect\":true,\"enabled\":true,\"record\":true}\n")
    #expect(listener.waits { _ in last(listener, "back/state")?.contains("\"up\"") ?? false })
    #expect(last(listener, "back/alerts") == "OFF")
    answer = try post(service, "/api/v1/cameras/front", "{\"enabled\": false}")
    #expect(answer.status == 200)
    #expect(listener.waits { _ in last(listener, "front/state")?.contains("\"disabled\"") ?? false })
    #expect(try service.get("/api/v1/reload", method: "POST", headers: ["Content-Length: 0"]).status == 200)
    #expect(try report(service, "front")["state"] as? String == "disabled")
    for (path, body, status) in [
      ("front", "{\"colour\": true}", 422), ("front", "{\"alerts\": false, \"colour\": true}", 422),
      ("front", "no JSON", 400), ("front", "{}", 400),
      ("none", "{\"detect\": true}", 404),
    ] { #expect(try post(service, "/api/v1/cameras/\(path)", body).status == status, "\(path) \(body)") }
    // All of the requested switches, or none.
    #expect(service.run.switches(of: "front")["alerts"] == true)
    try await service.stop()

    let state = service.folder.path + "/state"
    let board = SwitchBoard(folder: state)
    #expect(board.switches(of: "front", isEnabled: true).enabled == false)
    #expect(board.switches(of: "back", isEnabled: false).enabled && !board.isOn(.alerts, of: "back"))
    #expect(!board.isOn(.detect, of: "front") && board.isOn(.record, of: "front"))
  }

  @Test func `another prefix and another broker hold after a reload`() async throws {
    let listener = try broker.listen()
    let service = try await RunningService(cameras: cameras, outputs: mqtt)
    #expect(listener.waits { $0.contains { $0.topic == "yolostream/available" && $0.text == "online" } })
    func reload(_ outputs: String) throws -> String {
      try RunningService.text(cameras: cameras, outputs: outputs, folder: service.folder)
        .write(to: service.configuration, atomically: true, encoding: .utf8)
      return String(
        decoding: try service.get("/api/v1/reload", method: "POST", headers: ["Content-Length: 0"]).body, as: UTF8.self)
    }
    let answer = try reload("mqtt: {url: \"mqtt://127.0.0.1:\(broker.port)\", prefix: house/box}")
    #expect(answer.contains("2 cameras unchanged") && !answer.contains("at the next start"), "\(answer)")
    #expect(listener.waits { _ in last(listener, "available") == "stopped" })
    #expect(listener.waits { $0.contains { $0.topic == "house/box/available" && $0.text == "online" } })
    #expect(listener.waits { $0.contains { $0.topic == "house/box/events" } })
    let other = try Broker()
    try other.start()
    let elsewhere = try other.listen()
    _ = try reload("mqtt: {url: \"mqtt://127.0.0.1:\(other.port)\"}")
    #expect(elsewhere.waits { $0.contains { $0.topic == "yolostream/available" && $0.text == "online" } })
    #expect(
      String(decoding: try service.get("/api/v1/stats").body, as: UTF8.self).contains(
        "{\"name\":\"mqtt\",\"state\":\"connected\""))
    _ = try reload("mot: \"\(service.folder.path)/{camera}.txt\"")
    #expect(elsewhere.waits { $0.last { $0.topic == "yolostream/available" }?.text == "stopped" })
    try await service.stop()
    let written = try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").map(String.init)
    let sent = Set((listener.messages + elsewhere.messages).map { bare($0.text) })
    #expect(sent.count > 3 && sent.intersection(written).count > 3)
  }

  @Test func `a password that cannot be read at one reload is read at the next`() async throws {
    let service = try await RunningService(cameras: cameras, outputs: mqtt)
    let secret = service.folder.path + "/password"
    func reload() throws -> (status: Int, text: String) {
      let answer = try service.get("/api/v1/reload", method: "POST", headers: ["Content-Length: 0"])
      return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
    func password() -> String? { service.run.outlets.publisher.withLock { $0?.settings.broker.password } }
    try RunningService.text(
      cameras: cameras, outputs: mqtt.dropLast() + ", user: box, password_file: \(secret)}", folder: service.folder
    ).write(to: service.configuration, atomically: true, encoding: .utf8)
    // The answer has what does not hold.
    #expect(try reload().text.contains("outputs.mqtt.password_file: cannot read \(secret)"))
    #expect(password() == nil && service.run.outlets.publisher.withLock { $0 } != nil)
    for word in ["first", "second"] {
      try word.write(toFile: secret, atomically: true, encoding: .utf8)
      let answer = try reload()
      #expect(answer.status == 200 && !answer.text.contains("outputs.mqtt"), "\(answer.text)")
      #expect(password() == word)
    }
    try await service.stop()
  }

  @Test func `webhooks that a reload changes, adds or removes are called so from then on`() async throws {
    let receivers = try (0..<3).map { _ in try WebReceiver([.status(204)]) }
    defer { for receiver in receivers { receiver.finish() } }
    func hook(_ name: String, _ number: Int, _ more: String = "") -> String {
      "\(name): {url: \"http://127.0.0.1:\(receivers[number].port)/\", types: [start, line, end, update]\(more)}"
    }
    let service = try await RunningService(
      cameras: cameras, outputs: "webhooks: {\(hook("stays", 0)), \(hook("moves", 1))}")
    func reload(_ outputs: String) throws -> String {
      try RunningService.text(cameras: cameras, outputs: outputs, folder: service.folder)
        .write(to: service.configuration, atomically: true, encoding: .utf8)
      return String(
        decoding: try service.get("/api/v1/reload", method: "POST", headers: ["Content-Length: 0"]).body, as: UTF8.self)
    }
    func metric(_ name: String) throws -> Int {
      let text = String(decoding: try service.get("/metrics").body, as: UTF8.self)
      let pattern = try Regex("outlet_events_total\\{outlet=\"webhook/\(name)\",outcome=\"delivered\"\\} (\\d+)")
      return text.firstMatch(of: pattern)?.output[1].substring.flatMap { Int($0) } ?? -1
    }
    #expect(try waiting { try metric("stays") > 2 && metric("moves") > 2 })
    let before = try metric("stays")
    let answer = try reload("webhooks: {\(hook("stays", 0)), \(hook("moves", 2, ", secret: s")), \(hook("comes", 2))}")
    #expect(answer.contains("2 cameras unchanged") && !answer.contains("at the next start"), "\(answer)")
    // What stays has not started again; what moved leaves its former receiver alone.
    #expect(try metric("stays") >= before)
    let moved = receivers[1].received.count
    #expect(waiting { receivers[2].received.contains { $0.header("X-Yolostream-Signature") != nil } })
    #expect(waiting { receivers[2].received.contains { $0.header("X-Yolostream-Signature") == nil } })
    #expect(receivers[1].received.count == moved)
    _ = try reload("webhooks: {\(hook("stays", 0))}")
    let (gone, stays) = (receivers[2].received.count, receivers[0].received.count)
    #expect(waiting { receivers[0].received.count > stays + 2 })
    #expect(receivers[2].received.count == gone)
    #expect(try metric("moves") == -1)
    try await service.stop()
    // Across the change no event was lost and none was sent under two keys.
    let keys = receivers[0].received.compactMap { $0.header("X-Yolostream-Delivery") }
    #expect(Set(keys).count == keys.count)
    let bodies = (receivers[1].received + receivers[2].received).map(\.text)
    #expect(Set(receivers[0].received.map(\.text).prefix(before)).isSubset(of: bodies))
  }

  @Test func `a broker that is offline costs a camera nothing, and all events arrive later`() async throws {
    broker.kill()
    let service = try await RunningService(cameras: cameras, outputs: mqtt)
    #expect(
      try waiting {
        String(decoding: try service.get("/metrics").body, as: UTF8.self).contains(
          /outlet_waiting\{outlet="mqtt"\} [1-9]/)
      })
    #expect(try report(service, "front")["missed"] as? Int ?? 0 < 100)
    try broker.start()
    let listener = try broker.listen(to: "yolostream/events")
    #expect(listener.waits { !$0.isEmpty })
    try await service.stop()
    let written = try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(listener.waits { $0.last.map { bare($0.text) } == written.last })
    // In the order in which they happened. The listener may have come after the first: the test of the publisher has all.
    let received = listener.messages.map { bare($0.text) }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    #expect(received == written.suffix(received.count))
  }
}
