import Foundation
import Synchronization

/// Lines on a terminal (standard error) that are updated in place.
final class TerminalLine: Sendable {
  /// Whether they can be shown: standard error is a terminal, and no results are printed to the same one.
  ///
  /// - Parameter printsData: whether results go to standard output.
  static func isPossible(printsData: Bool) -> Bool {
    StandardError.isTerminal && !(printsData && isatty(STDOUT_FILENO) == 1)
  }

  /// Width of the terminal in columns.
  static var width: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// `text` cut to `width` columns; the last column stays free, because some terminals wrap there.
  static func cut(_ text: String, to width: Int) -> String {
    let room = max(1, width - 1)
    return text.count <= room ? text : String(text.prefix(room - 1)) + "…"
  }

  private struct State {
    /// Lines currently shown.
    var count = 0
    var isClosed = false
  }

  private let state = Mutex(State())

  /// Replaces the lines.
  func show(_ lines: [String]) {
    let width = Self.width
    let text = lines.map { Self.cut($0, to: width) }.joined(separator: "\n")
    state.withLock { state in
      if state.isClosed { return }
      print(Self.erasing(state.count) + text, terminator: "", to: &StandardError.shared)
      state.count = lines.count
    }
  }

  /// Prints a permanent line above the updated ones.
  func say(_ text: String) {
    state.withLock { state in
      if state.isClosed { return }
      print((state.count > 0 ? Self.erasing(state.count) : "") + text, to: &StandardError.shared)
      state.count = 0
    }
  }

  /// Clears the lines for good.
  func close() {
    state.withLock { state in
      if state.count > 0 { print(Self.erasing(state.count), terminator: "", to: &StandardError.shared) }
      state = State(count: 0, isClosed: true)
    }
  }

  /// Escape codes to move to the start of the first line and clear the rest.
  private static func erasing(_ count: Int) -> String {
    "\r" + String(repeating: "\u{1B}[A", count: max(0, count - 1)) + "\u{1B}[J"
  }
}

/// A bar `[#####-----]` with `share` of it filled.
func bar(_ share: Double, width: Int = 20) -> String {
  let filled = Int(Double(width) * min(max(share, 0), 1))
  return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "]"
}

/// Formats seconds as `00:03:12`.
func clock(_ seconds: Double) -> String {
  let whole = Int(min(max(seconds, 0), 359_999))
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  return "\(two(whole / 3600)):\(two(whole / 60 % 60)):\(two(whole % 60))"
}
