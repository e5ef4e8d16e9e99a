import Foundation

/// Standard error as a text output stream. Write errors are ignored.
struct StandardError: TextOutputStream {
  static var shared: StandardError {
    get { StandardError() }
    set {}
  }

  /// Whether standard error is a terminal.
  static let isTerminal = isatty(STDERR_FILENO) == 1

  mutating func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Prints `yolostream: text`, with the name in the colour `mark`.
  static func say(_ text: String, mark: TextColour? = nil) {
    print(marked(text, mark), to: &shared)
  }

  /// `yolostream: text`, with the name in the colour `mark`.
  static func marked(_ text: String, _ mark: TextColour?) -> String {
    "\(TextColour.paint("yolostream:", mark, isTerminal: isTerminal)) \(text)"
  }
}

/// ANSI colours.
enum TextColour: Int {
  case red = 31
  case green = 32
  case yellow = 33

  /// `text` in `colour` on a terminal, unless `NO_COLOR` (https://no-color.org) is set or the terminal is dumb.
  static func paint(_ text: String, _ colour: TextColour?, isTerminal: Bool) -> String {
    guard let colour, isTerminal, isAllowed else { return text }
    return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }

  private static let isAllowed: Bool = {
    let variables = ProcessInfo.processInfo.environment
    return (variables["NO_COLOR"] ?? "").isEmpty && variables["TERM"] != "dumb"
  }()
}
