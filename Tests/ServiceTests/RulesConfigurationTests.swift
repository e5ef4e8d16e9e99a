import Foundation
import Rules
import Scene
import Settings
import Testing

@testable import Service

@Suite struct RulesConfigurationTests {
  private let classes = ClassCatalogue(names: ["person", "car", "traffic light"])

  private func configuration(_ rules: String) throws -> RulesConfiguration {
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID()).yml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "version: 1\ncameras:\n  c:\n    url: \"rtsp://h/\"\n\(rules)\n"
      .write(toFile: path, atomically: false, encoding: .utf8)
    return try RulesConfiguration(
      try ServiceConfiguration(path: path, environment: [:]).cameras[0], classes: classes)
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
    ])
  func `a class that the model does not have is a mistake of the configuration`(
    rule: String, place: String, word: String, hint: String
  ) {
    #expect {
      _ = try configuration("    \(rule)")
    } throws: { error in
      "\(error)" == "cameras.c.\(place): the model has no class \(word); did you mean \(hint)?"
        && (error as? ServiceError)?.code == .configuration
    }
  }
}
