import Foundation

/// A file that lists inputs: a path on each line of a `.txt` (`#` begins a comment), or a column of a `.csv`.
struct ListFile {
  /// Columns that hold the path, the first of these that there is; otherwise the first column.
  private static let columns = ["path", "file", "filename", "file_name", "video", "source", "image"]

  let path: String

  /// Whether a file is a list, by its name.
  static func isList(_ path: String) -> Bool { [".txt", ".csv"].contains { path.lowercased().hasSuffix($0) } }

  /// What it lists, in order. A relative path is one beside the list if there is one, else below the working folder.
  func entries() throws(BatchError) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw BatchError(.notFound, "cannot read the list \(path)")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw BatchError(.usage, "cannot read the list \(path): expected text in UTF-8")
    }
    let lines = text.split { $0.isNewline }.map { $0.hasPrefix("\u{FEFF}") ? $0.dropFirst() : $0 }
    let words = path.lowercased().hasSuffix(".csv") ? Self.column(of: lines) : Self.paths(lines)
    guard !words.isEmpty else { throw BatchError(.usage, "cannot use the list \(path): it names no file") }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return words.map { word in
      word.hasPrefix("/") || !FileManager.default.fileExists(atPath: folder + word) ? word : folder + word
    }
  }

  private static func paths(_ lines: [Substring]) -> [String] {
    lines.map { String($0.drop { $0.isWhitespace }.trimmingSuffix { $0.isWhitespace }) }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }

  private static func column(of lines: [Substring]) -> [String] {
    guard let header = lines.first.map(fields) else { return [] }
    let names = header.map { $0.lowercased() }
    let column = columns.lazy.compactMap { names.firstIndex(of: $0) }.first
    let rows = column == nil ? lines[...] : lines.dropFirst()
    return rows.map(fields).compactMap { row in row.indices.contains(column ?? 0) ? row[column ?? 0] : nil }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }

  /// The fields of a line of CSV (RFC 4180, without line breaks inside).
  private static func fields(_ line: Substring) -> [String] {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var last: Character?
    for letter in line {
      if letter == "\"" {
        // Two in a row within quotes are one.
        if !isQuoted, last == "\"" { field.append("\"") }
        isQuoted.toggle()
      } else if letter == ",", !isQuoted {
        fields.append(field)
        field = ""
      } else {
        field.append(letter)
      }
      last = letter
    }
    return (fields + [field]).map { String($0.drop { $0.isWhitespace }.trimmingSuffix { $0.isWhitespace }) }
  }
}

extension Substring {
  /// The text without what `isLeftOut` at its end.
  fileprivate func trimmingSuffix(_ isLeftOut: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, isLeftOut(last) { text.removeLast() }
    return text
  }
}
