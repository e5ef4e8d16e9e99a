import Batch
import Capture
import Outputs
import Pipeline
import Scene
import Streaming
import Synchronization

/// Prints how far a batch is, on standard error: on a terminal a bar over all inputs and one for each that is being worked
/// on, else a line for each that is over.
final class BatchProgress: Sendable {
  private let isQuiet: Bool
  private let isTerminal = TerminalLine.isPossible(printsData: false)
  private let start = ContinuousClock.now
  private let line = TerminalLine()
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Seconds since the start.
  var elapsed: Double { (ContinuousClock.now - start).seconds }

  /// Shows `batch` from now on.
  func follow(_ batch: BatchRun) {
    guard isTerminal, !isQuiet else { return }
    let lines = Task { [line, start] in
      for await _ in Ticker.beats(every: 0.25) {
        line.show(Self.lines(batch.report, elapsed: (ContinuousClock.now - start).seconds))
      }
    }
    task.withLock { $0 = lines }
  }

  /// Prints what happened; `place` is its number and how many there are.
  func report(_ change: BatchChange, _ place: String) {
    switch change {
    case .finished(let record):
      if !isQuiet, !isTerminal {
        let tracks = record.found.values.reduce(0) { $0 + $1.tracks }
        // The size of images is not in the record, since each has its own.
        let count =
          record.source.width == 0
          ? record.frames.counted("image") : "\(record.frames.counted("frame")), \(tracks.counted("track"))"
        line.say("\(place) \(record.source.path): \(count)")
      }
      for sentence in record.damage {
        line.say(StandardError.marked(Self.named(record.source.path, sentence), .yellow))
      }
    case .failed(let failure): line.say(StandardError.marked(failure.reason, .red))
    case .remark(let sentence): line.say(StandardError.marked(sentence, .yellow))
    case .repeated(let path, let reason):
      if !isQuiet { line.say(StandardError.marked("\(path) is done again: \(reason)", nil)) }
    }
  }

  /// Stops printing, and clears the lines on a terminal.
  func end() {
    task.withLock { $0?.cancel() }
    line.close()
  }

  /// `sentence`, which names `path`.
  static func named(_ path: String, _ sentence: String) -> String {
    sentence.contains(path) ? sentence : "\(path): \(sentence)"
  }

  private static func lines(_ report: BatchReport, elapsed: Double) -> [String] {
    let shares = report.running.map { running in
      running.frameCount.map { Double(running.report.frames.count) / Double(max(1, $0)) } ?? 0
    }
    // Files differ in length; their bytes tell better than their number how much is left.
    let share =
      report.bytes > 0
      ? (Double(report.bytesDone) + zip(report.running, shares).reduce(0) { $0 + Double($1.0.bytes) * min($1.1, 1) })
        / Double(report.bytes) : Double(report.overCount) / Double(max(1, report.total))
    let rate = Double(report.frames) / max(elapsed, 1e-9)
    let skippedShare = report.bytes > 0 ? Double(report.bytesSkipped) / Double(report.bytes) : 0
    let left = share > skippedShare ? elapsed * (1 - share) / (share - skippedShare) : nil
    var all = "\(bar(share)) \(report.overCount)/\(report.total.counted("input")), \(rate.text(1)) frames/s"
    if let left { all += ", \(clock(left)) left" }
    if !report.failures.isEmpty { all += ", \(report.failures.count) failed" }
    return [all]
      + zip(report.running, shares).map { running, share in
        let total = running.frameCount.map { "/\($0)" } ?? ""
        return "\(bar(share)) \(running.path) \(running.report.frames.count)\(total) frames"
      }
  }
}
