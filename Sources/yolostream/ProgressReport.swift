import Capture
import Dispatch
import Foundation
import Pipeline
import Streaming
import Synchronization

/// Says how far a run is, on standard error: in place on a terminal, else a line every few seconds.
final class ProgressReport: @unchecked Sendable {
  private let timer: any DispatchSourceTimer
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private let queue = DispatchQueue(label: "progress")

  /// Reports on `run` every `interval` seconds; on a terminal more often.
  ///
  /// - Parameter goal: seconds of the source and frames after which the run will end, where known.
  init(of run: StreamRun, every interval: Double, goal: ProgressGoal) {
    isTerminal = isatty(STDERR_FILENO) == 1
    let pause = isTerminal ? min(interval, 0.25) : interval
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + pause, repeating: pause)
    timer.setEventHandler { [start, isTerminal] in
      let line = goal.line(run.report, elapsed: (ContinuousClock.now - start).seconds)
      print(isTerminal ? "\r\(line)\u{1B}[K" : line, terminator: isTerminal ? "" : "\n", to: &StandardError.shared)
    }
    timer.resume()
  }

  /// Says no more, and frees the line on a terminal.
  func end() {
    timer.cancel()
    queue.sync {}
    if isTerminal { print("\r\u{1B}[K", terminator: "", to: &StandardError.shared) }
  }
}

/// How long a run is, as far as it is known.
struct ProgressGoal: Sendable {
  /// Frames that will be delivered.
  var frameCount: Int?

  /// `1234/7950 frames, 31.2 frames/s, latency 64 ms, 00:03:12 left`.
  func line(_ report: StreamReport, elapsed: Double) -> String {
    let count = report.frames.count
    let rate = Double(count) / max(elapsed, 1e-9)
    var parts = [
      frameCount.map { "\(count)/\($0) frames" } ?? "\(count) frames", "\(rate.text(1)) frames/s",
      "latency \((report.frames.age.quantile(0.5).seconds * 1e3).text(0)) ms",
    ]
    if report.droppedCount > 0 { parts.append("\(report.droppedCount) dropped") }
    if let frameCount, frameCount >= count, rate > 0 {
      let left = Int(min(Double(frameCount - count) / rate, 359_999))
      func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
      parts.append("\(two(left / 3600)):\(two(left / 60 % 60)):\(two(left % 60)) left")
    }
    return parts.joined(separator: ", ")
  }
}

/// What is said when a run is over.
enum Summary {
  /// Frames, losses, age and the time of each stage, a line each.
  static func text(_ report: StreamReport, elapsed: Double) -> String {
    let seconds = max(elapsed, 1e-9)
    let age = report.frames.age
    func milliseconds(_ duration: Duration) -> String { (duration.seconds * 1e3).text(1) + " ms" }
    var lines = [
      "\(report.source.address): \(report.frames.count) frames in \(seconds.text(2)) s, "
        + "\((Double(report.frames.count) / seconds).text(1)) frames/s, \(report.droppedCount) dropped, frame age p50 "
        + "\(milliseconds(age.quantile(0.5))), p99 \(milliseconds(age.quantile(0.99)))"
    ]
    let losses = report.losses
    for (count, what) in [
      (losses.lostPackets, "packets lost on the network"), (losses.skippedFrames, "pictures of the camera missed"),
      (losses.damagedPackets, "damaged pieces of the source"), (losses.withheldFrames, "damaged frames withheld"),
      (losses.mendedTimestamps, "timestamps mended"),
    ] where count > 0 { lines.append("  \(count) \(what)") }
    for sink in report.sinks where sink.dropped > 0 {
      lines.append(
        "  \(sink.name): \(sink.taken) written, \(sink.dropped) dropped"
          + (sink.lastFailure.map { "; \($0)" } ?? ": it was too slow"))
    }
    for push in report.pushes {
      let times = push.reconnects.values.reduce(0, +)
      lines.append(
        "  \(push.address): \(push.sent) pictures sent, \(push.dropped) dropped"
          + (times == 0 ? "" : ", connected again \(times) times"))
    }
    for stage in report.stages where stage.work.count > 0 {
      lines.append(
        "  \(stage.name): \((stage.work.mean.seconds * 1e3).text(2)) ms a frame, p99 "
          + "\((stage.work.quantile(0.99).seconds * 1e3).text(2)) ms")
    }
    return lines.joined(separator: "\n")
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension Double {
  /// The number with `places` digits behind the point.
  func text(_ places: Int) -> String { String(format: "%.\(places)f", self) }
}
