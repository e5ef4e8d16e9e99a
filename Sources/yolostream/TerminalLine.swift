import Foundation
import Synchronization

/// Lines on the terminal behind standard error that change in place.
final class TerminalLine: Sendable {
  /// Whether they can be shown: standard error is a terminal, and no data is printed onto the same one.
  ///
  /// - Parameter printsData: whether standard output gets data.
  static func isPossible(printsData: Bool) -> Bool {
    StandardError.isTerminal && !(printsData && isatty(STDOUT_FILENO) == 1)
  }

  /// Columns of the terminal.
  static var width: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// `text` cut to `width` columns; the last one stays free, or some terminals begin another line.
  static func cut(_ text: String, to width: Int) -> String {
    let room = max(1, width - 1)
    return text.count <= room ? text : String(text.prefix(room - 1)) + "…"
  }

  /// Lines that are shown.
  private let count = Mutex(0)

  /// Shows `lines` in the place of those before.
  func show(_ lines: [String]) {
    let width = Self.width
    let text = lines.map { Self.cut($0, to: width) }.joined(separator: "\n")
    count.withLock { count in
      print(Self.erasing(count) + text, terminator: "", to: &StandardError.shared)
      count = lines.count
    }
  }

  /// Takes the lines away, so that something else can be printed there.
  func clear() {
    count.withLock { count in
      if count > 0 { print(Self.erasing(count), terminator: "", to: &StandardError.shared) }
      count = 0
    }
  }

  /// To the beginning of the first line, and everything from there away.
  private static func erasing(_ count: Int) -> String {
    "\r" + String(repeating: "\u{1B}[A", count: max(0, count - 1)) + "\u{1B}[J"
  }
}

/// `[#####-----]`, `share` of it done.
func bar(_ share: Double, width: Int = 20) -> String {
  let filled = Int(Double(width) * min(max(share, 0), 1))
  return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "]"
}

/// `00:03:12` for so many seconds.
func clock(_ seconds: Double) -> String {
  let whole = Int(min(max(seconds, 0), 359_999))
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  return "\(two(whole / 3600)):\(two(whole / 60 % 60)):\(two(whole % 60))"
}
