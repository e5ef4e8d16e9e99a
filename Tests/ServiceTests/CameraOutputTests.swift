import Foundation
import TestSupport
import Testing

@testable import Service
@testable import Streaming

/// Outputs of single cameras, of which one is too slow.
@Suite(.serialized, .ownThread) struct CameraOutputTests {
  @Test
  func `an output whose reader has stopped costs no camera a frame, and each frame is written or counted as lost`()
    async throws
  {
    let folder = try ScratchFolder()
    let pipe = "\(folder.path)/yard.jsonl"
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    // F_SETPIPE_SZ: a small pipe is full at once.
    try #require(fcntl(reader, 1031, 4096) >= 4096)
    let fast = "detect: {fps: 200}"
    let service = try await RunningService(
      cameras: """
          yard: {url: "test:64x64@200", \(fast)}
          gate: {url: "test:64x64@200", \(fast)}
        """, outputs: "detections: \"\(folder.path)/{camera}.jsonl\"")
    func metric(_ name: String) throws -> Int {
      let text = String(decoding: try service.get("/metrics").body, as: UTF8.self)
      let line = text.split(separator: "\n").first { $0.hasPrefix("yolostream_\(name) ") }
      return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
    }
    // 1,024 values wait before one is lost.
    let isCounted = try waiting { try metric("sink_dropped_total{sink=\"detections\",camera=\"yard\"}") > 10 }
    #expect(isCounted)
    #expect(try metric("sink_dropped_total{sink=\"detections\",camera=\"gate\"}") == 0)
    let cameras = service.run.supervisor.cameras
    try await service.stop()
    for camera in cameras {
      let report = camera.report
      let sink = try #require(report.sinks.first { $0.name == "detections" })
      #expect(sink.taken + sink.dropped == report.inferred + report.still, "\(camera.settings.name)")
      #expect((sink.dropped > 0) == (camera.settings.name == "yard") && sink.failures == 0)
      let path = "\(folder.path)/\(camera.settings.name).jsonl"
      if camera.settings.name == "gate" {
        #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == sink.taken)
      }
    }
  }
}
