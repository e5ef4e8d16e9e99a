import Capture
import Foundation
import Outputs
import Pipeline
import Scene
import Testing

@testable import Streaming

/// Sinks that are too slow, with real named pipes.
@Suite struct SlowSinkTests {
  private final class Pipe {
    let url = FileManager.default.temporaryDirectory.appending(path: "sink-\(UUID().uuidString)")
    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      guard mkfifo(path("pipe"), 0o600) == 0 else { throw POSIXError(.EIO) }
    }
    deinit { try? FileManager.default.removeItem(at: url) }
    func path(_ name: String) -> String { url.appending(path: name).path }
  }

  private let classes = ClassCatalogue(names: ["person"])

  private func findings(_ index: Int) -> FrameFindings {
    let box = Box(minX: 10, minY: 10, maxX: 30, maxY: 50)
    return FrameFindings(
      stamp: FrameStamp(index: index, seconds: Double(index) / 10, arrival: 0), width: 64, height: 64,
      detections: [Detection(box: box, score: 0.9, classID: 0)])
  }

  /// A group of two sinks, one in the pipe and one in a file.
  private func group(_ pipe: Pipe, _ overflow: SinkQueue.Overflow) throws -> SinkGroup {
    let kind = try #require(SinkRegistry.kind("detections"))
    let context = SinkContext(camera: "a", stem: "a", classes: classes)
    return SinkGroup(
      SinkGroup.makeQueues(
        [SinkRequest(kind, target: pipe.path("pipe")), SinkRequest(kind, target: pipe.path("file"))], context,
        overflow: overflow, failure: .isCounted), isLive: overflow == .drop)
  }

  @Test(.timeLimit(.minutes(30)), arguments: [false, true])
  func `a pipe that nobody reads costs a live source's other outputs nothing, and its losses are counted`(
    isOpen: Bool
  ) async throws {
    let pipe = try Pipe()
    // A reader that is paused: the pipe can be opened, and fills.
    let reader = isOpen ? open(pipe.path("pipe"), O_RDONLY | O_NONBLOCK) : -1
    defer { if isOpen { close(reader) } }
    let group = try group(pipe, .drop)
    let run = PipelineRun(stages: group.stages)
    let running = Task { try await run.run() }
    // A thread of its own: waiting on one of the few that all tests share would hold them up.
    let delivery = try WorkThread(name: "delivery")
    let count = 2000
    await Task(executorPreference: delivery) {
      for index in 0..<count {
        group.deliver(findings(index))
        // The file keeps up with what is delivered, whatever the pipe does.
        while group.reports[1].taken + 500 < index { sched_yield() }
      }
      group.finish()
    }.value
    delivery.join()
    try await running.value
    let reports = group.reports
    #expect(reports[1].taken == count && reports[1].dropped == 0)
    #expect(reports[0].dropped > 0 && reports[0].failures == 0)
    #expect(reports[0].taken + reports[0].dropped == count)
    #expect(reports[0].lastFailure?.contains("nobody reads") == true)
    let text = try String(contentsOfFile: pipe.path("file"), encoding: .utf8)
    #expect(text.split(separator: "\n").count == count)
  }

  /// A sink whose every write takes a quarter of a second, as on a failing disk.
  private struct Slow: Sink, ~Copyable {
    mutating func take(_ frame: SinkFrame) throws(OutputError) {
      let end = MonotonicTime.nanoseconds + 250_000_000
      while MonotonicTime.nanoseconds < end { sched_yield() }
    }
  }

  @Test func `what a slow live output has not written soon after the end is dropped and counted`() async throws {
    let queue = SinkQueue(
      "slow", needs: .frames, overflow: .drop, failure: .isCounted, writeDeadline: WriteDeadline(), make: { Slow() })
    let group = SinkGroup([queue], isLive: true)
    let run = PipelineRun(stages: group.stages)
    let running = Task { try await run.run() }
    for index in 0..<100 { group.deliver(findings(index)) }
    group.finish()
    try await running.value
    let report = group.reports[0]
    // Two seconds are left to it.
    #expect(report.taken > 0 && report.dropped > 50 && report.taken + report.dropped == 100)
    #expect(report.lastFailure?.contains("too slow") == true)
  }

  @Test func `a file waits for the reader of a pipe, and loses nothing`() async throws {
    let pipe = try Pipe()
    let group = try group(pipe, .wait)
    let run = PipelineRun(stages: group.stages)
    let running = Task { try await run.run() }
    let reader = Process()
    reader.executableURL = URL(filePath: "/bin/sh")
    reader.arguments = ["-c", "exec cat \"$0\" > \"$1\"", pipe.path("pipe"), pipe.path("copy")]
    try reader.run()
    let delivery = try WorkThread(name: "delivery")
    let count = 3000
    await Task(executorPreference: delivery) {
      for index in 0..<count { group.deliver(findings(index)) }
      group.finish()
    }.value
    delivery.join()
    try await running.value
    reader.waitUntilExit()
    let text = try String(contentsOfFile: pipe.path("copy"), encoding: .utf8)
    #expect(text.split(separator: "\n").count == count)
    #expect(group.reports.allSatisfy { $0.dropped == 0 && $0.taken == count })
  }
}
