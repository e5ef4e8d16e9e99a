import Foundation
import TestSupport
import Testing

/// `run --mqtt` with a real broker.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct BrokerRunTests {
  private let source = ["test:160x120@25:100", "--camera", "gate", "--zone", "yard:0,0;1,0;1,1;0,1", "-q"]

  @Test func `events and counts of a run reach a broker, and nothing stays there`() throws {
    let broker = try Broker("listener PORT 127.0.0.1\nallow_anonymous false\npassword_file FOLDER/users")
    let program = try Program()
    try program.tool("mosquitto_passwd", ["-b", "-c", broker.folder.path + "/users", "camera", "secret"])
    try broker.start()
    let listener = try broker.listen(user: "camera", password: "secret")
    let url = "mqtt://127.0.0.1:\(broker.port)"
    let outcome = try program.start(
      source + ["--mqtt", url, "--mqtt-prefix", "runs/one", "--events", "e.jsonl"],
      variables: ["MQTT_USER": "camera", "MQTT_PASSWORD": "secret"]
    ).wait()
    #expect(outcome.status == 0 && outcome.error.isEmpty && outcome.output.isEmpty, "\(outcome.error)")
    #expect(listener.waits { $0.last?.text == "stopped" })
    let messages = listener.messages
    func texts(_ topic: String) -> [String] { messages.filter { $0.topic == "runs/one/\(topic)" }.map(\.text) }
    #expect(texts("available") == ["online", "stopped"])
    let written = try program.text("e.jsonl").split(separator: "\n").map(String.init)
    #expect(written.count > 10)
    #expect(texts("events").map { $0.replacing(/^\{"event":"\w{26}",/, with: "{") } == written)
    #expect(texts("gate/state").contains { $0.contains("\"state\":\"up\"") && $0.contains("\"width\":160") })
    for topic in ["gate/count/all", "gate/zone/yard/all"] {
      // First zero, then what is there, and at the end nothing.
      #expect(texts(topic).first == "0" && texts(topic).contains { (Int($0) ?? 0) > 0 }, "\(topic)")
      #expect(texts(topic).last?.isEmpty == true, "\(topic)")
    }
    #expect(!messages.contains { $0.topic.hasPrefix("homeassistant/") || $0.topic.hasSuffix("/enabled") })
    let later = try broker.listen(user: "camera", password: "secret")
    #expect(later.waits { $0.map(\.topic) == ["runs/one/available"] })
  }

  @Test func `what a broker does not get is an error that states how much`() throws {
    let program = try Program()
    let port = try Loopback.freePort()
    let outcome = try program.run(source + ["--mqtt", "mqtt://me:secret@127.0.0.1:\(port)", "--events", "e.jsonl"])
    let count = try program.text("e.jsonl").split(separator: "\n").count
    #expect(outcome.status == 74 && count > 10)
    #expect(outcome.error.contains("\(count) events did not reach mqtt://127.0.0.1:\(port)"), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1 && !outcome.error.contains("secret"))
    let left = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
    #expect(!left.contains { $0.hasPrefix("yolostream-mqtt-") })
  }

  @Test(
    arguments: [
      (["--mqtt", "http://me:secret@host"], "expected mqtt://HOST:PORT"),
      (["--mqtt-prefix", "a"], "needs a broker"),
      (["--mqtt", "mqtt://a", "--mqtt-prefix", "a/#"], "without + and #"),
    ])
  func `a wrong option is refused`(arguments: [String], sentence: String) throws {
    let outcome = try Program().run(source + arguments)
    #expect(outcome.status == 64 && outcome.error.contains(sentence) && !outcome.error.contains("secret"))
  }
}
