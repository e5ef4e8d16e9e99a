import Foundation

/// A table of the documentation: the code in each of its cells.
public struct DocumentedTable {
  /// Cells of each row, without the head.
  public let rows: [[String]]

  /// The first table below `heading` of the page `name`.
  public init(below heading: String, of name: String) throws {
    rows = try Self.text(from: heading, of: name).split(separator: "\n", omittingEmptySubsequences: false)
      .drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
      .map { line in line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  /// The text below `heading` of the page `name`, up to the next heading.
  public static func section(_ heading: String, of name: String) throws -> String {
    let lines = try text(from: heading, of: name).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.dropFirst().prefix { !$0.hasPrefix("## ") }.joined(separator: "\n")
  }

  private static func text(from heading: String, of name: String) throws -> Substring {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Documentation/\(name)")
    let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
    guard let start = text.range(of: heading + "\n")?.lowerBound else { throw CocoaError(.formatting) }
    return text[start...]
  }

  /// What is set as code in `cell`; `a/{b,c}` counts as two.
  public static func code(in cell: String) -> [String] {
    cell.matches(of: /`([^`]+)`/).flatMap { match -> [String] in
      guard let braces = match.1.firstMatch(of: /^([^{"]+)\{([\w,]+)\}(.*)$/) else { return [String(match.1)] }
      return braces.2.split(separator: ",").map { "\(braces.1)\($0)\(braces.3)" }
    }
  }

  /// What is set as code in the first column.
  public var names: [String] { rows.flatMap { Self.code(in: $0[0]) } }

  /// The fields of the object that the row of `topic` shows.
  public func fields(of topic: String) -> Set<String> {
    let row = rows.first { Self.code(in: $0[0]).contains(topic) }
    let object = row.flatMap { Self.code(in: $0[1]).first { $0.hasPrefix("{") } } ?? ""
    return Set(object.matches(of: /"(\w+)"/).map { String($0.1) })
  }
}
