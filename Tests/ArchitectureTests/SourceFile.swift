import Foundation

/// A Swift file of `Sources`, with comments and the contents of string literals blanked out of its code.
struct SourceFile: Sendable {
  let room: String
  let path: String
  let lines: [String]
  /// `lines` with every comment and the inside of every string replaced by spaces.
  let code: [String]

  init(room: String, path: String, text: String) {
    self.room = room
    self.path = path
    lines = text.components(separatedBy: "\n")
    code = SourceFile.blanked(lines)
  }

  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every Swift file below `Sources`.
  static func all() throws -> [SourceFile] { try everything.get() }

  private static let everything = Result {
    let sources = checkout.appending(path: "Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
    return try paths.sorted().map { path in
      let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
      return SourceFile(room: String(path.prefix { $0 != "/" }), path: "Sources/" + path, text: text)
    }
  }

  private static func blanked(_ lines: [String]) -> [String] {
    var isInBlock = false
    var isInText = false
    return lines.map { line in
      var result = ""
      var isInString = false
      var rest = Substring(line)
      while let character = rest.first {
        if isInBlock {
          if rest.hasPrefix("*/") { isInBlock = false }
          rest = rest.dropFirst(rest.hasPrefix("*/") ? 2 : 1)
        } else if rest.hasPrefix("\"\"\"") {
          isInText.toggle()
          rest = rest.dropFirst(3)
        } else if isInText {
          rest = rest.dropFirst()
        } else if isInString {
          if character == "\"" { isInString = false }
          rest = rest.dropFirst(character == "\\" ? 2 : 1)
        } else if character == "\"" {
          isInString = true
          rest = rest.dropFirst()
        } else if rest.hasPrefix("//") {
          break
        } else if rest.hasPrefix("/*") {
          isInBlock = true
          rest = rest.dropFirst(2)
        } else {
          result.append(character)
          rest = rest.dropFirst()
          continue
        }
        result.append(" ")
      }
      return result
    }
  }
}
