import Pipeline
import Publishing
import Recording
import Settings
import Testing

@testable import Service
@testable import Streaming

@Suite struct ServiceMetricsTests {
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
