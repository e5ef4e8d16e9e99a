import ArgumentParser
import Foundation
import Synchronization

/// Formats of a service's log.
enum LogForm: String, ExpressibleByArgument, CaseIterable {
  /// Text lines.
  case text
  /// One JSON object per line.
  case json
}

#if Full
import Outputs
import Scene
import Service

/// The log of a service on standard error. Who writes to it never waits: standard error may be a pipe that nobody reads.
struct ServiceLog: Sendable {
  private let writer = LogWriter()
  private let form: LogForm
  private let least: LogLine.Level
  /// Whether standard error goes to systemd's journal.
  private let isJournal: Bool

  /// A log in `form`. Options take precedence over the variable `LOG_LEVEL`.
  init(
    _ form: LogForm, isQuiet: Bool, isVerbose: Bool,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.form = form
    let wanted = environment["LOG_LEVEL"].flatMap { LogLine.Level(named: $0) }
    least = isQuiet ? .error : isVerbose ? .debug : wanted ?? .info
    isJournal = environment["JOURNAL_STREAM"] != nil
  }

  /// Writes `line` if its level is high enough.
  @Sendable func write(_ line: LogLine) {
    guard line.level <= least else { return }
    let now = EventClock.wallMilliseconds
    let text =
      switch form {
      case .json: line.json(at: now)
      case .text: isJournal ? line.journalText : line.text(at: now)
      }
    writer.write(text)
  }

  /// Waits until all lines are written, a second at most.
  func flush() { writer.flush() }
}

/// Writes lines to standard error, in order, on a queue of its own.
private final class LogWriter: Sendable {
  private struct Waiting {
    var count = 0
    var dropped = 0
  }

  /// Most lines that wait. Later ones are dropped, and counted in the next that is not.
  private static let most = 1000

  private let queue = DispatchQueue(label: "log")
  private let waiting = Mutex(Waiting())

  func write(_ text: String) {
    let dropped: Int? = waiting.withLock { waiting in
      guard waiting.count < Self.most else {
        waiting.dropped += 1
        return nil
      }
      waiting.count += 1
      defer { waiting.dropped = 0 }
      return waiting.dropped
    }
    guard let dropped else { return }
    queue.async { [self] in
      if dropped > 0 { print("(\(dropped.counted("line")) could not be written)", to: &StandardError.shared) }
      print(text, to: &StandardError.shared)
      waiting.withLock { $0.count -= 1 }
    }
  }

  func flush() {
    let isDone = DispatchSemaphore(value: 0)
    queue.async { isDone.signal() }
    _ = isDone.wait(timeout: .now() + 1)
  }
}
#endif
