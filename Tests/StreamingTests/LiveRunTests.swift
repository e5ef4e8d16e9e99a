import Capture
import Foundation
import Inference
import Outputs
import Pipeline
import TestSupport
import Testing
import Tracking

@testable import Streaming

/// A run of a real RTSP stream, within this process: connecting, decoding, workers, tracking, sinks and stopping.
@Suite(.serialized, .timeLimit(.minutes(30))) struct LiveRunTests {
  @Test(.enabled(if: RTSPServer.isPresent, Comment(rawValue: RTSPServer.absence)), arguments: [1, 2])
  func `a stream is detected, tracked and written until the run is stopped`(workers: Int) async throws {
    let server = try RTSPServer()
    defer { withExtendedLifetime(server) {} }
    let folder = try ScratchFolder()
    var detection = Detector.Options()
    (detection.width, detection.height) = (64, 64)
    detection.detection = DetectionOptions(confidence: 0.1, limit: 10)
    var options = StreamOptions()
    options.workers = workers
    options.tracker = TrackerConfiguration()
    options.annotated = [.video(path: "\(folder.path)/out.mp4")]
    options.add("detections", to: "\(folder.path)/out.jsonl")
    options.add("events", to: "\(folder.path)/events.jsonl")
    var sourceOptions = SourceOptions()
    sourceOptions.transport = .tcp
    let run = StreamRun(
      source: try SourceAddress(parsing: server.url).open(sourceOptions),
      detector: Detector(try #require(MadeUpModel.make()), options: detection), options: options)
    let running = Task { try await run.run() }
    for await _ in Ticker.beats(every: 0.05) where run.report.frames.count >= 25 { break }
    run.stop()
    try await running.value
    let report = run.report
    #expect(report.sinks.allSatisfy { $0.failures == 0 })
    let lines = try String(contentsOfFile: "\(folder.path)/out.jsonl", encoding: .utf8).split(separator: "\n")
    #expect(lines.count + (report.sinks.first { $0.name == "detections" }?.dropped ?? 0) == report.frames.count)
    #expect(try String(contentsOfFile: "\(folder.path)/events.jsonl", encoding: .utf8).contains("\"type\":\"start\""))
    var frames = 0
    let source = try StreamSource(file: "\(folder.path)/out.mp4")
    while case .frame = try source.next() { frames += 1 }
    #expect(frames > 0 && frames <= report.frames.count)
  }
}
