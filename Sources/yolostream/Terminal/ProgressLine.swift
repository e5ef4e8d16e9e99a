import Foundation
import Pipeline
import Synchronization

/// A progress bar for a long run; silent unless standard error is a terminal.
final class ProgressLine: Sendable {
  private let total: Int
  private let unit: String
  private let line = TerminalLine.isPossible(printsData: false) ? TerminalLine() : nil
  private let start = ContinuousClock.now
  private let pace = DisplayPace()

  init(total: Int, unit: String) {
    self.total = total
    self.unit = unit
  }

  /// Shows the number `done`.
  func show(_ done: Int) {
    guard let line, pace.isDue || done == total else { return }
    let elapsed = (ContinuousClock.now - start).seconds
    let left = elapsed / Double(max(1, done)) * Double(max(0, total - done))
    let share = bar(total > 0 ? Double(done) / Double(total) : 1, width: 30)
    line.show([
      "\(share) \(done)/\(total) \(unit), \((Double(done) / max(elapsed, 1e-9)).text(1))/s, \(Int(left)) s left"
    ])
  }

  /// Clears the line.
  func finish() { line?.close() }
}

/// Limits a display to ten updates per second.
final class DisplayPace: Sendable {
  private let shown = Mutex(ContinuousClock.now)

  /// Whether the next update may be shown; if so, the following ones have to wait.
  var isDue: Bool {
    let now = ContinuousClock.now
    return shown.withLock { last in
      guard now - last > .milliseconds(100) else { return false }
      last = now
      return true
    }
  }
}
