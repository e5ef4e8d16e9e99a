import Foundation
import Spooling
import TestSupport
import Testing

@testable import Webhooks

@Suite struct WebhookTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func event(_ number: Int, _ change: (inout WebhookEvent) -> Void = { _ in }) -> WebhookEvent {
    var event = WebhookEvent(
      key: String(format: "01J%023d", number), camera: "front", type: "start", label: "person",
      object: "01OBJECT\(number)",
      milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000), json: "{\"v\":2,\"number\":\(number)}")
    event.isArrival = true
    change(&event)
    return event
  }

  @Test func `an event is one sentence, of whatever kind it is`() {
    let visit = event(1) { ($0.type, $0.label, $0.visitors, $0.places) = ("visit", nil, ["person", "car"], ["yard"]) }
    #expect(visit.sentence == "person, car at front (yard)")
    #expect(event(1) { ($0.type, $0.label) = ("crowd", nil) }.sentence == "crowd at front")
    #expect(event(1) { $0.type = "zone_enter" }.sentence == "zone_enter of person at front")
  }

  private func settings(_ receiver: WebReceiver, _ change: (inout WebhookSettings) -> Void = { _ in })
    -> WebhookSettings
  {
    var settings = WebhookSettings(name: "test", url: "http://127.0.0.1:\(receiver.port)/hook")
    change(&settings)
    return settings
  }

  /// The code as a receiver computes it, by another program.
  private func codeByOpenSSL(of text: String, key: String) throws -> String {
    try text.write(toFile: folder.path + "/signed", atomically: true, encoding: .utf8)
    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = ["dgst", "-sha256", "-hmac", key, "-r", folder.path + "/signed"]
    process.standardOutput = output
    try process.run()
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: answer.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
  }

  @Test func `the very event is posted with its key and a signature over time and body`() throws {
    let receiver = try WebReceiver([.status(204)])
    let hook = Webhook(settings(receiver) { $0.secret = "shared" }, spool: folder.path + "/hook")
    try hook.start()
    hook.offer(event(1))
    #expect(waiting { hook.report.delivered == 1 })
    let call = try #require(receiver.received.first)
    #expect(call.head.hasPrefix("POST /hook HTTP/1.1"))
    #expect(call.text == "{\"event\":\"01J00000000000000000000001\",\"v\":2,\"number\":1}")
    #expect(call.header("Content-Type") == "application/json")
    #expect(call.header("X-Yolostream-Delivery") == "01J00000000000000000000001")
    let time = try #require(call.header("X-Yolostream-Timestamp"))
    #expect(
      try call.header("X-Yolostream-Signature") == "sha256=" + codeByOpenSSL(of: "\(time).\(call.text)", key: "shared"))
    let seconds = try #require(Int64(time))
    let signature = call.header("X-Yolostream-Signature")
    #expect(try WebhookSignature.sign(call.body, at: seconds + 1, secret: "shared") != signature)
    #expect(try WebhookSignature.sign(call.body + [0], at: seconds, secret: "shared") != signature)
    #expect(try WebhookSignature.sign(call.body, at: seconds, secret: "other") != signature)
    hook.stop()
    receiver.finish()
  }

  @Test func `what fails is called again with the same key, what is refused is not, and order is kept`() throws {
    let again = WebReceiver.Answer.status(503, headers: "Retry-After: 0\r\n")
    let receiver = try WebReceiver(
      [again, again, .status(429, headers: "Retry-After: 0\r\n"), .status(200), .status(400)]
        + [.status(408, headers: "Retry-After: 0\r\n"), .reset, .status(200)])
    let hook = Webhook(settings(receiver), spool: folder.path + "/hook")
    try hook.start()
    for number in 1...3 { hook.offer(event(number)) }
    #expect(waiting { hook.report.spool.waiting == 0 && hook.report.delivered == 2 })
    let numbers = receiver.received.compactMap { $0.header("X-Yolostream-Delivery")?.last.flatMap { Int(String($0)) } }
    #expect(numbers == [1, 1, 1, 1, 2, 3, 3, 3])
    #expect(hook.report.refused == 1 && hook.report.failures == 5)
    hook.stop()
    receiver.finish()
  }

  @Test func `a receiver that hangs holds nobody up, and a stop ends the call and keeps it`() throws {
    let receiver = try WebReceiver([.hang])
    let hook = Webhook(settings(receiver), spool: folder.path + "/hook")
    try hook.start()
    hook.offer(event(1))
    #expect(waiting { receiver.received.count == 1 })
    #expect(ContinuousClock().measure { for number in 2...500 { hook.offer(event(number)) } } < .seconds(2))
    #expect(ContinuousClock().measure { hook.stop() } < .seconds(9))
    receiver.finish()
    let good = try WebReceiver([.status(200)])
    let next = Webhook(settings(good), spool: folder.path + "/hook")
    try next.start()
    #expect(waiting { next.report.spool.waiting == 0 && !good.received.isEmpty })
    let keys = good.received.compactMap { $0.header("X-Yolostream-Delivery") }
    #expect(keys == keys.sorted() && keys.first == "01J00000000000000000000001" && Set(keys).count == keys.count)
    next.stop()
    good.finish()
  }

  @Test func `an image is a part of its own`() throws {
    let receiver = try WebReceiver([.status(200)])
    let image = folder.path + "/image.jpg"
    try Data([0xFF, 0xD8, 0xFF, 0xD9]).write(to: URL(filePath: image))
    // How images are drawn is the caller's business.
    let hook = Webhook(settings(receiver) { $0.sendsImage = true }, spool: folder.path + "/hook") { image, form in
      let what = form == .boxed ? "boxed" : form == .cropped ? "cropped" : "clean"
      return FileManager.default.contents(atPath: image.path).map { Array($0) + Array("\(what) \(image.label)".utf8) }
    }
    try hook.start()
    hook.offer(event(1) { $0.snapshot = image })
    #expect(waiting { hook.report.delivered == 1 })
    let call = try #require(receiver.received.first)
    #expect(call.header("Content-Type")?.hasPrefix("multipart/form-data; boundary=") == true)
    #expect(call.text.contains("name=\"event\"") && call.text.contains("filename=\"snapshot.jpg\""))
    #expect(call.text.contains("name=\"crop\"; filename=\"crop.jpg\""))
    #expect(
      call.body.firstRange(of: Array("boxed ".utf8)) != nil && call.body.firstRange(of: Array("cropped ".utf8)) != nil)
    #expect(call.body.firstRange(of: [0xFF, 0xD8, 0xFF, 0xD9]) != nil)
    hook.stop()
    receiver.finish()
  }

  @Test func `rules choose by camera, class, place, kind, severity and hours`() throws {
    let receiver = try WebReceiver([.status(200)])
    let hook = Webhook(
      settings(receiver) {
        $0.cameras = ["front"]
        $0.labels = ["person"]
        $0.places = ["yard"]
        $0.types = ["zone_enter", "visit"]
        $0.cooldown = 60
      }, spool: folder.path + "/hook")
    try hook.start()
    let good: (inout WebhookEvent) -> Void = {
      $0.type = "zone_enter"
      $0.places = ["yard"]
    }
    hook.offer(event(1))
    hook.offer(
      event(2) {
        good(&$0); $0.camera = "back"
      })
    hook.offer(
      event(3) {
        good(&$0); $0.label = "car"
      })
    hook.offer(
      event(4) {
        good(&$0); $0.places = ["street"]
      })
    hook.offer(event(5) { good(&$0) })
    hook.offer(event(6) { good(&$0) })
    hook.offer(
      event(7) {
        good(&$0); $0.milliseconds += 61_000
      })
    #expect(waiting { hook.report.delivered == 2 })
    #expect(receiver.received.map(\.text).compactMap { $0.split(separator: ":").last } == ["5}", "7}"])
    hook.stop()
    receiver.finish()
  }

  @Test func `a visit is of the classes of its objects`() throws {
    let receiver = try WebReceiver([.status(200)])
    let hook = Webhook(
      settings(receiver) {
        $0.labels = ["person"]
        $0.types = ["visit"]
      }, spool: folder.path + "/hook")
    try hook.start()
    for (number, visitors) in [(1, ["car"]), (2, ["car", "person"]), (3, [])] {
      hook.offer(
        event(number) {
          $0.type = "visit"; $0.label = nil; $0.visitors = visitors
        })
    }
    #expect(waiting { hook.report.delivered == 1 })
    #expect(receiver.received.map { $0.header("X-Yolostream-Delivery")?.last } == ["2"])
    hook.stop()
    receiver.finish()
  }

  @Test func `an event that is too large for the spool is lost alone`() throws {
    let receiver = try WebReceiver([.status(200)])
    let hook = Webhook(settings(receiver), spool: folder.path + "/hook", limits: SpoolLimits(bytes: 1))
    try hook.start()
    hook.offer(event(1) { $0.json = "{\"v\":2,\"long\":\"\(String(repeating: "x", count: 5000))\"}" })
    hook.offer(event(2))
    #expect(waiting { hook.report.delivered == 1 })
    #expect(hook.report.dropped == 1 && receiver.received.map { $0.header("X-Yolostream-Delivery")?.last } == ["2"])
    hook.stop()
    receiver.finish()
  }

  @Test func `a clock that is set back silences nobody for longer than the cooldown`() throws {
    let receiver = try WebReceiver([.status(200)])
    let hook = Webhook(settings(receiver) { $0.cooldown = 60 }, spool: folder.path + "/hook")
    try hook.start()
    for (number, seconds) in [(1, 0), (2, -30), (3, -3600), (4, -3590)] {
      hook.offer(event(number) { $0.milliseconds += Int64(seconds) * 1000 })
    }
    #expect(waiting { hook.report.delivered == 2 })
    #expect(receiver.received.map { $0.header("X-Yolostream-Delivery")?.last } == ["1", "3"])
    hook.stop()
    receiver.finish()
  }

  @Test func `by default the first event that shows an object active is reported, and not what stands there`() throws {
    let receiver = try WebReceiver([.status(200)])
    let hook = Webhook(settings(receiver), spool: folder.path + "/hook")
    try hook.start()
    let events = [("start", false), ("stationary", false), ("active", true), ("update", true), ("active", false)]
    for (number, (type, isArrival)) in events.enumerated() {
      hook.offer(
        event(number) {
          $0.type = type
          $0.isArrival = isArrival
        })
    }
    hook.offer(event(9))
    #expect(waiting { hook.report.spool.waiting == 0 && hook.report.delivered == 2 })
    #expect(receiver.received.map(\.text).compactMap { $0.split(separator: ":").last } == ["2}", "9}"])
    hook.stop()
    receiver.finish()
  }

  @Test func `an object is reported once if configured`() throws {
    let receiver = try WebReceiver([.status(200)])
    let hook = Webhook(
      settings(receiver) {
        $0.isOncePerObject = true
        $0.types = ["line"]
      }, spool: folder.path + "/hook")
    try hook.start()
    for (number, object) in [(1, "A"), (2, "A"), (3, "B")] {
      hook.offer(
        event(number) {
          $0.type = "line"; $0.object = object
        })
    }
    #expect(waiting { hook.report.delivered == 2 })
    #expect(receiver.received.map(\.text).compactMap { $0.split(separator: ":").last } == ["1}", "3}"])
    hook.stop()
    receiver.finish()
  }

  @Test(
    arguments: [
      (.json, "{\"event\":\"01J00000000000000000000001\",\"v\":2,\"number\":1}"),
      (.ntfy, "person at front (yard)"),
      (.gotify, "{\"title\":\"front\",\"message\":\"person at front (yard)\",\"priority\":5}"),
      (.apprise, "{\"title\":\"front\",\"body\":\"person at front (yard)\",\"type\":\"info\"}"),
      (.telegram(chat: "42"), "{\"chat_id\":\"42\",\"text\":\"person at front (yard)\"}"),
      (.discord, "{\"content\":\"person at front (yard)\"}"), (.slack, "{\"text\":\"person at front (yard)\"}"),
      (.text("{label} {type} {places} {{camera} {other}"), "person start yard {front {other}"),
    ] as [(WebhookTemplate, String)])
  func `bodies are what services take`(template: WebhookTemplate, body: String) throws {
    let receiver = try WebReceiver([.status(200)])
    try Webhook.test(settings(receiver) { $0.template = template }, with: event(1) { $0.places = ["yard"] })
    #expect(receiver.received.map(\.text) == [body])
    receiver.finish()
  }

  @Test func `a test of a webhook reports what is wrong`() throws {
    let receiver = try WebReceiver([.status(404)])
    let error = #expect(throws: WebhookError.self) { try Webhook.test(settings(receiver), with: event(1)) }
    #expect(error?.description == "the webhook test answered 404")
    receiver.finish()
    let nobody = WebhookSettings(name: "nobody", url: "http://127.0.0.1:\(try Loopback.freePort())/")
    #expect(throws: WebhookError.self) { try Webhook.test(nobody, with: event(1)) }
  }
}
