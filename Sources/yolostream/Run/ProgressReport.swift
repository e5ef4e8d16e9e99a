import Capture
import Foundation
import Outputs
import Pipeline
import Scene
import Streaming

/// Prints the progress of a run on standard error: in place on a terminal, else a line every few seconds.
final class ProgressReport: Sendable {
  private let line = TerminalLine()
  private let task: Task<Void, Never>

  /// Reports on `run` every `interval` seconds; on a terminal more often.
  ///
  /// - Parameters:
  ///   - goal: expected number of frames, if known.
  ///   - printsData: whether results go to standard output, with which progress must not be mixed.
  init(of run: StreamRun, every interval: Double, goal: ProgressGoal, printsData: Bool) {
    let isTerminal = TerminalLine.isPossible(printsData: printsData)
    let start = ContinuousClock.now
    task = Task { [line] in
      // The first tick comes at once, when there is nothing to report.
      for await _ in Ticker.beats(every: isTerminal ? min(interval, 0.25) : interval).dropFirst() {
        let text = goal.line(run.report, elapsed: (ContinuousClock.now - start).seconds)
        if isTerminal { line.show([text]) } else { line.say(text) }
      }
    }
  }

  /// Stops printing, and clears the line on a terminal.
  func end() {
    task.cancel()
    line.close()
  }
}

/// The expected length of a run, if known.
struct ProgressGoal: Sendable {
  /// Frames to be delivered.
  var frameCount: Int?

  /// `1234/7950 frames, 31.2 frames/s, latency 64 ms, 00:03:12 left`.
  func line(_ report: StreamReport, elapsed: Double) -> String {
    let done = report.frames.count
    let rate = Double(done) / max(elapsed, 1e-9)
    var parts = [
      frameCount.map { "\(done)/\($0.counted("frame"))" } ?? done.counted("frame"), "\(rate.text(1)) frames/s",
      "latency \((report.frames.age.quantile(0.5).seconds * 1e3).text(0)) ms",
    ]
    if report.droppedCount > 0 { parts.append("\(report.droppedCount) dropped") }
    if let frameCount, frameCount >= done, rate > 0 {
      parts.append("\(clock(Double(frameCount - done) / rate)) left")
    }
    return parts.joined(separator: ", ")
  }
}

/// The summary at the end of a run.
enum Summary {
  /// Frames, losses, age and the time of each stage, one line each.
  static func text(_ report: StreamReport, elapsed: Double) -> String {
    let seconds = max(elapsed, 1e-9)
    let age = report.frames.age
    func milliseconds(_ duration: Duration) -> String { (duration.seconds * 1e3).text(1) + " ms" }
    var lines = [
      "\(report.source.address): \(report.frames.count.counted("frame")) in \(seconds.text(2)) s, "
        + "\((Double(report.frames.count) / seconds).text(1)) frames/s, \(report.droppedCount) dropped, frame age p50 "
        + "\(milliseconds(age.quantile(0.5))), p99 \(milliseconds(age.quantile(0.99)))"
    ]
    let losses = report.losses
    for (number, thing, what) in [
      (losses.lostPackets, "packet", "lost on the network"), (losses.skippedFrames, "frame", "of the camera missed"),
      (losses.damagedPackets, "damaged piece", "of the source"),
      (losses.damagedFrames, "damaged frame", "of the source"),
      (losses.withheldFrames, "damaged frame", "withheld"),
      (losses.mendedTimestamps, "timestamp", "mended"),
    ] where number > 0 { lines.append("  \(number.counted(thing)) \(what)") }
    for sink in report.sinks where sink.dropped > 0 {
      lines.append(
        "  \(sink.name): \(sink.taken) written, \(sink.dropped) dropped"
          + (sink.lastFailure.map { "; \($0)" } ?? ": it was too slow"))
    }
    for push in report.pushes {
      let times = push.reconnects.values.reduce(0, +)
      lines.append(
        "  \(push.address): \(push.sent.counted("frame")) sent, \(push.dropped) dropped"
          + (times == 0 ? "" : ", connected again \(times.counted("time"))"))
    }
    for stage in report.stages where stage.work.count > 0 {
      lines.append(
        "  \(stage.name): \((stage.work.mean.seconds * 1e3).text(2)) ms a frame, p99 "
          + "\((stage.work.quantile(0.99).seconds * 1e3).text(2)) ms")
    }
    return lines.joined(separator: "\n")
  }
}

extension Double {
  /// The number with `places` decimals.
  func text(_ places: Int) -> String { String(format: "%.\(places)f", self) }
}
