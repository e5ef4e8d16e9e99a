import Rules
import Scene
import Testing

@testable import Settings

/// What could be read of a configuration, and would never do anything.
@Suite struct OutputSettingsTests {
  private static let cameras = """
    cameras:
      front: {url: "rtsp://h/", zones: {yard: {points: [[0, 0], [1, 0], [1, 1]]}}, lines: {gate: {a: [0, 0], b: [1, 1]}}}

    """

  private func problems(_ outputs: String, cameras: String = Self.cameras) -> String {
    do throws(ConfigurationError) {
      let yaml = "version: 1\n" + cameras + "outputs: {" + outputs + "}\n"
      _ = try ServiceConfiguration(yaml: yaml, path: "c.yml", environment: [:])
      return ""
    } catch { return error.description }
  }

  @Test(arguments: [
    ("mqtt: {url: \"mqtt://h\", prefix: house/+}", "outputs.mqtt.prefix: expected a topic to publish to"),
    ("mqtt: {url: \"mqtt://h\", prefix: \"house/#\"}", "outputs.mqtt.prefix: expected a topic to publish to"),
    ("mqtt: {url: \"mqtt://h\", discovery_prefix: \"a\\0b\"}", "outputs.mqtt.discovery_prefix: expected a topic"),
    ("events: {jsonl: {path: a/e.jsonl}, sqlite: {path: ./a/e.jsonl}}", "outputs.events.sqlite: this is the log"),
    ("events: {sqlite: {path: e.sqlite}}", "outputs.events.sqlite: events are not kept"),
    ("events: {footage: runs}", "outputs.events.footage: events are not kept"),
    ("webhooks: {a: {url: \"http://h/\", cameras: [frnt]}}", "there is no camera frnt; did you mean front?"),
    ("webhooks: {a: {url: \"http://h/\", zones: [yard, gates]}}", "no camera has a zone or line gates"),
    ("webhooks: {a: {url: \"http://h/\", types: [loitering]}}", "there is no kind of event loitering"),
    ("webhooks: {a: {url: \"http://h/\", types: []}}", "outputs.webhooks.a.types: expected at least one"),
    ("webhooks: {a: {url: \"http://h/\", types: [visit], severity: high}}", "there is no severity high"),
    ("webhooks: {a: {url: \"http://h/\", severity: alert}}", "severity: only visits have one"),
  ])
  func `what would never be called or sent is reported`(outputs: String, problem: String) {
    #expect(problems(outputs).contains(problem), "\(problems(outputs))")
  }

  @Test(arguments: [
    "mqtt: {url: \"mqtt://h\", prefix: /house/box}",
    "events: {jsonl: {path: e.jsonl}, sqlite: {path: e.sqlite}, footage: runs}",
    "storage: {path: media}, events: {footage: runs}",
    "webhooks: {a: {url: \"http://h/\", cameras: front, zones: [yard, gate], types: [line, crowd], classes: [person]}}",
    "webhooks: {a: {url: \"http://h/\", types: [visit], severity: [alert, detection]}}",
  ])
  func `what can happen is read`(outputs: String) { #expect(problems(outputs).isEmpty, "\(problems(outputs))") }

  @Test(arguments: ["detect: {classes: []}", "zones: {a: {points: [[0, 0], [1, 0], [1, 1]], objects: []}}"])
  func `a list of no classes is reported`(camera: String) {
    let text = problems("", cameras: "cameras:\n  front: {url: \"rtsp://h/\", \(camera)}\n")
    #expect(text.contains("expected at least one class"), "\(text)")
  }

  @Test func `every kind of event can be asked for`() {
    let facts = SceneEvent.CameraFacts(width: 1, height: 1, codec: nil, rate: nil, outage: nil)
    let kinds: [SceneEvent.Kind] = [
      .start, .update, .end, .stationary, .active, .zoneEnter(zone: ""), .zoneExit(zone: "", dwell: 0),
      .loiter(zone: "", dwell: 0), .line(line: "", direction: "", count: 0),
      .visit(Visit(number: 1, severity: .alert, start: 0)), .cameraDown(cause: "", message: ""), .cameraUp(facts),
    ]
    #expect(HookSettings.types == kinds.map(\.name) + RuleRegistry.kinds.map(\.name))
  }
}
