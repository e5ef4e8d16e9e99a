import Foundation
import Synchronization

/// A progress bar for a long run; silent unless standard error is a terminal.
final class ProgressLine: Sendable {
  private let total: Int
  private let unit: String
  private let isShown = StandardError.isTerminal
  private let start = ContinuousClock.now
  private let lastShown = Mutex(ContinuousClock.now)

  init(total: Int, unit: String) {
    self.total = total
    self.unit = unit
  }

  /// Shows the number `done`; at most ten times per second.
  func show(_ done: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let isDue = lastShown.withLock { last in
      guard now - last > .milliseconds(100) || done == total else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    let elapsed = (now - start).seconds
    let left = elapsed / Double(max(1, done)) * Double(max(0, total - done))
    let filled = total > 0 ? min(30, 30 * done / total) : 30
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
    print(
      "\r\u{1B}[K[\(bar)] \(done)/\(total) \(unit), \((Double(done) / max(elapsed, 1e-9)).text(1))/s, \(Int(left)) s left",
      terminator: "", to: &StandardError.shared)
  }

  /// Clears the line.
  func finish() {
    if isShown { print("\r\u{1B}[K", terminator: "", to: &StandardError.shared) }
  }
}
