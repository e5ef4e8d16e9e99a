import ArgumentParser
import Foundation

/// Formats of a service's log.
enum LogForm: String, ExpressibleByArgument, CaseIterable {
  /// Text lines.
  case text
  /// One JSON object per line.
  case json
}

#if Service
import Outputs
import Service

/// The log of a service on standard error.
struct ServiceLog: Sendable {
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
    print(text, to: &StandardError.shared)
  }
}
#endif
