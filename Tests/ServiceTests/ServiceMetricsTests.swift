import Capture
import Pipeline
import Publishing
import Recording
import Rules
import Scene
import Settings
import Testing

@testable import Service
@testable import Streaming

@Suite struct ServiceMetricsTests {
  @Test func `objects in zones and crossings of lines are in the metrics and in the camera's JSON`() throws {
    let classes = ClassCatalogue(names: ["person", "car"])
    var configuration = RulesConfiguration()
    configuration.stationary.isPresumed = false
    configuration.lines = [CountingLine("gate", from: .init(x: 0.5, y: 1), to: .init(x: 0.5, y: 0))]
    var corners: [Polygon.Corner] = []
    for (x, y) in [(0.5, 0), (1, 0), (1, 1), (0.5, 1)] as [(Float, Float)] { corners.append(.init(x: x, y: y)) }
    configuration.zones = [Zone("yard", Polygon(corners: corners))]
    var rules = SceneRules(configuration: configuration)
    var camera = CameraReport(CameraSettings(named: "front", defaults: CameraDefaults()))
    camera.zones = ["yard"]
    camera.state = .up(.init(width: 100, height: 100, codec: nil, rate: nil))
    // A person goes from left to right into the yard.
    for index in 0..<20 {
      let x = Float(10 + 4 * index)
      let walker = Detection(box: Box(minX: x, minY: 40, maxX: x + 8, maxY: 60), score: 0.9, classID: 0)
      let stamp = FrameStamp(index: index, seconds: Double(index) / 5, arrival: 0)
      var findings = FrameFindings(stamp: stamp, width: 100, height: 100, detections: [walker])
      findings.tracks = [Track(id: 1, detection: walker, firstSeen: 0, topScore: 0.9)]
      findings.identities = [1]
      _ = rules.events(in: findings)
      let outcome = FrameOutcome(
        findings: findings, counts: rules.zoneCounts, lineTotals: rules.lineTotals, isStill: false, hasMotion: true,
        gateTime: 0, inferTime: 0, trackTime: 0)
      camera.add(outcome, age: 0, classes: classes)
    }
    let everywhere = "{\"zone\":null,\"label\":\"person\",\"all\":1,\"active\":1}"
    let inYard = everywhere.replacing("null", with: "\"yard\"")
    let direction = try #require(rules.lineTotals.first?.direction)
    #expect(camera.json.contains("\"counts\":[\(everywhere),\(inYard)]"), "\(camera.json)")
    #expect(
      camera.json.contains(
        "\"lines\":[{\"line\":\"gate\",\"direction\":\"\(direction)\",\"label\":\"person\",\"count\":1}]"))
    var text = Self.metrics(of: camera)
    for line in [
      "zone_objects{camera=\"front\",zone=\"\",label=\"person\"} 1",
      "zone_objects_active{camera=\"front\",zone=\"yard\",label=\"person\"} 1",
      "line_crossings_total{camera=\"front\",line=\"gate\",direction=\"\(direction)\",label=\"person\"} 1",
    ] { #expect(text.contains("\nyolostream_\(line)\n"), "\(line)") }
    // It has gone: 0, not nothing. Without frames nobody knows; lines keep what they counted.
    camera.counts = []
    text = Self.metrics(of: camera)
    #expect(text.contains("\nyolostream_zone_objects{camera=\"front\",zone=\"yard\",label=\"person\"} 0\n"))
    camera.state = .connecting
    text = Self.metrics(of: camera)
    #expect(!text.contains("yolostream_zone_objects{") && text.contains("yolostream_line_crossings_total{"))
  }

  private static func metrics(of camera: CameraReport) -> String {
    ServiceMetrics(
      cameras: [camera], events: [:], losses: Journal.Losses(), configured: 0, listeners: 0, publishing: nil,
      calling: [], recordings: nil
    ).text
  }

  @Test func `each family is one piece, whatever is switched on`() throws {
    var camera = CameraReport(CameraSettings(named: "front", defaults: CameraDefaults()))
    camera.push = StreamPush.Report(address: "rtsp://192.0.2.9/front")
    camera.push?.reconnects[.unreachable] = 2
    camera.outages["stalled"] = 1
    camera.detections["person"] = 3
    let text = ServiceMetrics(
      cameras: [camera], events: ["start": 1], losses: Journal.Losses(failures: 4, dropped: 2), configured: 0,
      listeners: 0,
      publishing: PublisherReport(), calling: [],
      recordings: (MediaFolder.Report(), Retention.Report())
    ).text
    var families: [String] = []
    for line in text.split(separator: "\n") {
      let family =
        line.hasPrefix("#")
        ? String(line.split(separator: " ")[2])
        : String(line.prefix { $0 != "{" && $0 != " " }.replacing(/_(bucket|sum|count)$/, with: ""))
      if families.last != family { families.append(family) }
    }
    #expect(families.count > 20)
    #expect(Set(families).count == families.count, "a family stands in pieces: \(families)")
    for sink in ["jsonl", "clips", "snapshots"] {
      #expect(text.contains("\nyolostream_sink_errors_total{sink=\"\(sink)\"} "))
    }
  }
}
