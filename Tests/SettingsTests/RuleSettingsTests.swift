import Foundation
import Rules
import Scene
import Testing

@testable import Settings

@Suite struct RuleSettingsTests {
  private func read(_ yaml: String) throws(ConfigurationError) -> ServiceConfiguration {
    try ServiceConfiguration(yaml: "version: 1\n" + yaml, path: "c.yml", environment: [:])
  }

  @Test func `what a visit is, is read, and a zone that is nowhere is reported`() throws {
    let text = """
      defaults:
        visits: {gap: 5s, alerts: {objects: [person], zones: [yard]}}
      cameras:
        front: {url: "rtsp://h/", zones: {yard: {points: [[0, 0.5], [1, 0.5], [1, 1]]}}}
        back: {url: "rtsp://h/", visits: {longest: 1m, detections: {objects: car}}}
      """
    let configuration = try read(text)
    let (front, back) = (configuration.cameras[0].visits, configuration.cameras[1].visits)
    #expect(front.gap == 5 && front.longest == 600 && front.alerts.zones == ["yard"] && front.detections.classes == nil)
    #expect(
      back.gap == 5 && back.longest == 60 && back.alerts.classes == ["person"] && back.detections.classes == ["car"])
    #expect { try read(text.replacing("zones: [yard]", with: "zones: [yart]")) } throws: {
      "\($0)".contains("defaults.visits.alerts: no camera has a zone yart")
    }
  }

  @Test func `zones, lines, filters and masks of a camera are read`() throws {
    let configuration = try read(
      """
      defaults:
        filters: {person: {min_score: 50%, threshold: 0.6}}
        track: {stationary_after: 20s}
      cameras:
        front:
          url: "rtsp://h/"
          zones:
            yard: {points: [[0, 0.5], [1, 0.5], [1, 1]], objects: [person, traffic light], loiter: 20s, anchor: centre}
            road:
              points: [[0, 0], [1, 0], [1, 0.5]]
              min_score: 0.4
              threshold: 60%
              min_area: 1%
              max_area: 0.5
              min_ratio: 0.3
              max_ratio: 2
              hold: 1s
              loiter: {person: 20s, traffic light: 1m, all: 5m}
              loiter_sum: true
            lane:
              points: [[0, 0], [1, 0], [1, 0.5], [0, 0.5]]
              speed: {metres: [3.5, 20, 3.5, 20], unit: mph}
          lines:
            gate: {a: [0.1, 0.6], b: [0.9, 0.6], directions: [leaving, coming], objects: car}
          filters:
            person: {min_score: 0.7}
            traffic light: {max_area: 0.01, max_ratio: 1}
            all: {min_area: 0.001}
          object_masks: [[[0, 0], [0.1, 0], [0.1, 0.1]]]
          motion_masks: [[[0, 0], [1, 0], [1, 0.1]], [[0, 0.5], [0.2, 0.5], [0.1, 1], [0, 1]]]
          detect: {conf: 30%, class_conf: {person: 50%, 2: 0.4}}
        back: {url: "rtsp://h/", track: {stationary_after: 1m}}
      """)
    let (front, back) = (configuration.cameras[0], configuration.cameras[1])
    #expect(front.zones.map(\.name) == ["yard", "road", "lane"] && back.zones.isEmpty)
    let lane = front.zones[2], area = try #require(lane.area)
    #expect(lane.speed.measure(in: area)?.unit == .milesPerHour && lane.speed.lengths == [3.5, 20, 3.5, 20])
    #expect(front.zones[0].speed.measure(in: area) == nil)
    #expect(front.zones[0].area?.corners.map(\.x) == [0, 1, 1] && front.zones[0].anchor == .centre)
    #expect(front.zones[0].classes == ["person", "traffic light"] && front.zones[0].loiter == ["all": 20])
    let road = front.zones[1]
    #expect(road.classes == nil && road.hold == 1 && road.anchor == .bottom)
    #expect(road.filter.minScore == 0.4 && road.filter.threshold == 0.6)
    #expect(road.filter.minArea == 0.01 && road.filter.maxArea == 0.5)
    #expect(road.filter.minRatio == 0.3 && road.filter.maxRatio == 2)
    #expect(road.loiter == ["person": 20, "traffic light": 60, "all": 300] && road.isLoiterSummed)
    #expect(lane.loiter.isEmpty && !lane.isLoiterSummed)
    #expect(front.motionMasks.map(\.corners.count) == [3, 4] && back.motionMasks.isEmpty)
    #expect(front.detect.confidence == 0.3 && front.detect.classConfidence == ["person": 0.5, "2": 0.4])
    let gate = try #require(front.lines.first)
    #expect(gate.a == Polygon.Corner(x: 0.1, y: 0.6) && gate.directions == ["leaving", "coming"])
    #expect(gate.classes == ["car"] && front.objectMasks.first?.corners.count == 3)
    // A camera's filter goes on from that of the defaults; the last of a name holds.
    let person = try #require(front.filters.last { $0.name == "person" })
    #expect(person.minScore == 0.7 && person.threshold == 0.6 && back.filters.map(\.minScore) == [0.5])
    #expect(front.filters.map(\.name) == ["person", "person", "traffic light", "all"])
    #expect(front.track.stationaryAfter == 20 && back.track.stationaryAfter == 60)
  }

  @Test(
    arguments: [
      ("zones: {a: {}}", "cameras.c.zones.a: the key points is missing"),
      (
        "zones: {a b: {points: [[0, 0], [1, 0], [1, 1]]}}",
        "cameras.c.zones: expected a name of at most 40 letters, digits, _ and -, got a b"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0]]}}", "cameras.c.zones.a.points: expected 3 to 100 corners, got 2"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1.5]]}}",
        "cameras.c.zones.a.points[2][1]: expected a number from 0 to 1, got 1.5"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1]], anchor: feet}}",
        "cameras.c.zones.a.anchor: expected one of bottom, centre, top, left, right, got feet"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1]], speed: {metres: [1, 2, 3, 4]}}}",
        "cameras.c.zones.a.speed: expected a zone of four corners, because the four sides between them are measured"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1], [0, 1]], speed: {metres: [1, 1, 1, 9]}}}",
        "cameras.c.zones.a.speed: expected lengths of an area"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1], [0, 1]], speed: {metres: [1, 2, 3]}}}",
        "cameras.c.zones.a.speed: expected four lengths from 0.1 to 10000 metres, or five with the diagonal"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1], [0, 1]], speed: {metres: [1, 2, 1, none]}}}",
        "cameras.c.zones.a.speed.metres[3]: expected a number from 0.1 to 10000, got none"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1], [0, 1]], speed: {unit: mph}}}",
        "cameras.c.zones.a.speed: the key metres is missing"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1], [0, 1]], speed: {metres: [1, 2, 1, 2], unit: knots}}}",
        "cameras.c.zones.a.speed.unit: expected one of km/h, mph, m/s, got knots"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1], [0, 1]], anchor: centre, speed: {metres: [1, 2, 1, 2]}}}",
        "cameras.c.zones.a.speed: expected anchor: bottom, because it is the lower edge of a box that is on the ground"
      ),
      ("lines: {g: {a: [0, 0], b: [0, 0]}}", "cameras.c.lines.g: expected two points, got the same one as a and b"),
      ("lines: {g: {a: [0, 0]}}", "cameras.c.lines.g: the key b is missing"),
      ("lines: {g: {a: [0, 0, 1], b: [0, 1]}}", "cameras.c.lines.g.a: expected a corner [x, y], got a list"),
      (
        "lines: {g: {a: [0, 0], b: [1, 0], directions: [in]}}",
        "cameras.c.lines.g.directions: expected two different names"
      ),
      (
        "filters: {person: {min_area: 0.5, max_area: 0.1}}",
        "cameras.c.filters.person: expected the least value of area and ratio to be below the greatest"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1]], min_ratio: 3, max_ratio: 2}}",
        "cameras.c.zones.a: expected the least value of area and ratio to be below the greatest"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1]], loiter: {person: soon}}}",
        "cameras.c.zones.a.loiter.person: expected a time from 0.1s to 86400s, such as 2s or 500ms, got soon"
      ),
      (
        "zones: {a: {points: [[0, 0], [1, 0], [1, 1]], loiter: [20s]}}",
        "cameras.c.zones.a.loiter: expected values by class, such as {person: …}, got a list"
      ),
      (
        "detect: {class_conf: 50%}",
        "cameras.c.detect.class_conf: expected values by class, such as {person: …}, got 50%"
      ),
      (
        "detect: {class_conf: {person: 2}}",
        "cameras.c.detect.class_conf.person: expected a share from 0 to 1, or a percentage such as 25%, got 2"
      ),
      ("motion_masks: [[[0, 0], [1, 1]]]", "cameras.c.motion_masks[0]: expected 3 to 100 corners, got 2"),
      ("filters: {person: {score: 1}}", "cameras.c.filters.person has no key score; did you mean min_score?"),
      ("track: {stationary_after: 0s}", "cameras.c.track.stationary_after: expected a time from 1s to 3600s"),
    ])
  func `a mistake in a rule is reported with its line`(rule: String, sentence: String) {
    #expect {
      _ = try read("cameras:\n  c:\n    url: \"rtsp://h/\"\n    \(rule)\n")
    } throws: { "\($0)".contains("c.yml:5: \(sentence)") }
  }

  @Test func `the schema has the keys of rules, and names of classes may have spaces`() throws {
    let schema = try #require(
      JSONSerialization.jsonObject(with: Data(ServiceConfiguration.schema.utf8)) as? [String: Any])
    func properties(_ schema: [String: Any]?) -> [String: [String: Any]] {
      schema?["properties"] as? [String: [String: Any]] ?? [:]
    }
    func each(_ schema: [String: Any]?) -> (pattern: String, schema: [String: Any])? {
      (schema?["patternProperties"] as? [String: [String: Any]])?.first.map { ($0.key, $0.value) }
    }
    let camera = properties(each(properties(schema)["cameras"])?.schema)
    let zone = try #require(each(camera["zones"]))
    #expect(Set(properties(zone.schema).keys) == Set(ZoneSettings.settings.map(\.outline.name)))
    #expect(zone.schema["required"] as? [String] == ["points"])
    #expect(each(camera["lines"])?.schema["required"] as? [String] == ["a", "b"])
    let filter = try #require(each(camera["filters"]))
    #expect("traffic light".range(of: filter.pattern, options: .regularExpression) != nil)
    #expect("traffic light".range(of: zone.pattern, options: .regularExpression) == nil)
  }
}
