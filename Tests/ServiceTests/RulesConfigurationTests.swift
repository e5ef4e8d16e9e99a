import Foundation
import Inference
import Rules
import Scene
import Settings
import Streaming
import Testing

@testable import Service

@Suite struct RulesConfigurationTests {
  private let classes = ClassCatalogue(names: ["person", "car", "traffic light"])

  private func configuration(_ rules: String) throws -> RulesConfiguration {
    try RulesConfiguration(try settings(rules), classes: classes)
  }

  private func settings(_ rules: String) throws -> CameraSettings {
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID()).yml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "version: 1\ncameras:\n  c:\n    url: \"rtsp://h/\"\n\(rules)\n"
      .write(toFile: path, atomically: false, encoding: .utf8)
    return try ServiceConfiguration(path: path, environment: [:]).cameras[0]
  }

  @Test func `classes are resolved, and each filter has the masks of its camera`() throws {
    let rules = try configuration(
      """
          track: {stationary_after: 30s, updates: 1s}
          zones: {yard: {points: [[0, 0.5], [1, 0.5], [1, 1]], objects: [traffic light, 0], loiter: 20s}}
          lines: {gate: {a: [0, 0.5], b: [1, 0.5], directions: [up, down]}}
          filters: {Traffic Light: {max_ratio: 2}, all: {threshold: 0.4}}
          object_masks: [[[0, 0], [0.1, 0], [0.1, 0.1]]]
      """)
    #expect(rules.stationary.after == 30 && rules.updates == .every(1))
    #expect(rules.zones.map(\.classes) == [[0, 2]] && rules.zones[0].loitering?.after == 20)
    #expect(rules.lines.map(\.inward) == ["up"] && rules.lines.map(\.outward) == ["down"])
    #expect(rules.filters[classID: 2].aspect.upperBound == 2 && rules.filters[classID: 2].threshold == 0)
    #expect(rules.filters[classID: 0].threshold == 0.4)
    #expect(rules.filters[classID: 0].masks.count == 1 && rules.filters[classID: 2].masks.count == 1)
  }

  @Test func `the page's editor gets back what it has no field for`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID()).yml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try """
    version: 1
    cameras:
      c:
        url: "rtsp://h/"
        zones:
          yard:
            points: [[0, 0.5], [1, 0.5], [1, 1]]
            objects: [person]
            loiter: 20s
            anchor: centre
            min_score: 60%
            hold: 2s
          road: {points: [[0, 0], [1, 0], [1, 1]]}
        lines:
          gate: {a: [0, 0.5], b: [1, 0.5], anchor: top}
    """.write(toFile: path, atomically: false, encoding: .utf8)
    let camera = try ServiceConfiguration(path: path, environment: [:]).cameras[0]
    let marks = try #require(
      try JSONSerialization.jsonObject(with: Data(camera.marks(classes: classes).utf8)) as? [String: Any])
    let zones = try #require(marks["zones"] as? [[String: Any]]),
      lines = try #require(marks["lines"] as? [[String: Any]])
    #expect(zones[0]["other_keys"] as? String == "anchor: centre, min_score: 60%, hold: 2s")
    #expect(zones[0]["loiter"] as? Double == 20 && zones[1]["other_keys"] == nil)
    #expect(lines[0]["other_keys"] as? String == "anchor: top")
  }

  @Test func `times of loitering and limits of a zone reach its rules`() throws {
    let rules = try configuration(
      """
          zones:
            yard:
              points: [[0, 0.5], [1, 0.5], [1, 1]]
              loiter: {person: 20s, 2: 1m, all: 5m}
              loiter_sum: true
              threshold: 60%
              max_area: 0.5
              min_ratio: 0.3
            road: {points: [[0, 0], [1, 0], [1, 0.5]], loiter: {car: 1m}}
            lane: {points: [[0, 0], [1, 0], [1, 0.5]]}
      """)
    let loitering = try #require(rules.zones[0].loitering)
    #expect(loitering.ofClass == [0: 20, 2: 60] && loitering.after == 300 && loitering.isSummed)
    #expect(rules.zones[1].loitering?.ofClass == [1: 60] && rules.zones[1].loitering?.after == nil)
    #expect(rules.zones[1].loitering?.isSummed == false && rules.zones[2].loitering == nil)
    let filter = rules.zones[0].filter
    #expect(filter.threshold == 0.6 && filter.area == 0...0.5 && filter.aspect == 0.3...1000 && filter.minScore == 0)
    #expect(rules.zones[2].filter.threshold == 0)
  }

  @Test func `thresholds of classes and motion masks reach the network, what is shown and the gate`() throws {
    let plan = try DetectionPlan(
      try settings(
        """
            detect: {conf: 25%, class_conf: {person: 50%, 2: 0.1}}
            motion_masks: [[[0, 0], [1, 0], [1, 0.1]]]
        """), classes: classes)
    #expect(plan.options.classConfidence == [0: 0.5, 2: 0.1])
    #expect(plan.scene.shown.lowest == 0.25 && plan.scene.shown.ofClass == [0: 0.5, 2: 0.1])
    #expect(plan.scene.motion?.masks.map(\.corners.count) == [3])
    #expect {
      _ = try DetectionPlan(try settings("    detect: {class_conf: {persn: 50%}}"), classes: classes)
    } throws: {
      "\($0)" == "cameras.c.detect.class_conf: the model has no class persn; did you mean person?"
    }
  }

  @Test func `without settings everything is as the rules have it, and visits are reported`() throws {
    var expected = RulesConfiguration()
    expected.visits = VisitSettings()
    #expect(try configuration("") == expected)
  }

  @Test(
    arguments: [
      ("zones: {y: {points: [[0, 0], [1, 0], [1, 1]], objects: persn}}", "zones.y.objects", "persn", "person"),
      ("lines: {g: {a: [0, 0], b: [1, 0], objects: [kar]}}", "lines.g.objects", "kar", "car"),
      ("filters: {traffic lite: {}}", "filters", "traffic lite", "traffic light"),
      ("zones: {y: {points: [[0, 0], [1, 0], [1, 1]], loiter: {persn: 9s}}}", "zones.y.loiter", "persn", "person"),
    ])
  func `a class that the model does not have is a mistake of the configuration`(
    rule: String, place: String, word: String, hint: String
  ) {
    #expect {
      _ = try configuration("    \(rule)")
    } throws: { error in
      "\(error)" == "cameras.c.\(place): the model has no class \(word); did you mean \(hint)?"
        && (error as? ConfigurationError)?.code == .invalid
    }
  }

  @Test(arguments: [Int64.min, -1, 0, .max])
  func `a saved state of any time has an age`(saved: Int64) {
    let memory = CameraMemory(saved: saved, rules: SceneRules().state, objects: [])
    #expect(memory.past(at: 1_796_000_000_000).age >= 0)
  }
}
