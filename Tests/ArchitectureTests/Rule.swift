import Foundation

/// A rule of the house that one file can break.
enum Rule: String, CaseIterable, Sendable {
  case importArrows = "imports only what its target may see (House.swift, Sources/README.md)"
  case fileLength = "at most 300 lines: split by aspect into Type+Verb.swift"
  case unsafePlace = "unsafe code stands only in the targets that have a budget for it in House.swift"
  case ownName = "no module holds a type of its own name"
  case emptyNames = "names are nouns that say something: no Core, Common, Utils, Helpers, Manager"
  case summaries = "every public declaration, and every type that other targets see, has a summary"
  case trapsAndSleeps =
    "no fatalError, try!, as!, sleep: external data must not end the process, and nothing waits blindly"
  case leftovers = "nothing half done: no marks for later, no merge conflicts"

  /// The lines (counted from 1) of `file` that break the rule.
  func breaches(in file: SourceFile) -> [Int] {
    switch self {
    case .importArrows:
      let allowed = (House.room(file.room)?.sees ?? []).union(House.platform)
      return file.code.matches(
        of:
          /^\s*(?:@\w+\s+)*(?:(?:public|package|internal|private)\s+)?import\s+(?:struct\s+|class\s+|enum\s+|func\s+)?(\w+)/
      ) {
        !allowed.contains(String($0))
      }
    case .fileLength: return file.lines.count > 301 ? [file.lines.count] : []
    case .unsafePlace:
      guard House.room(file.room)?.unsafeLines ?? 0 == 0 else { return [] }
      return file.unsafeLines
    case .ownName:
      return file.code.matches(of: /\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/) { $0 == file.room }
    case .emptyNames:
      return file.code.matches(of: /\b(?:struct|class|enum|actor|protocol)\s+(\w+)/) {
        $0.contains(/(Core|Common|Utils|Utilities|Helper|Helpers|Manager)$/)
      }
    case .summaries: return file.undocumented
    case .trapsAndSleeps:
      return file.code.matches(of: /(\bfatalError\s*\(|\btry!|\bas!|\bThread\.sleep|\bTask\.sleep|\bu?sleep\s*\()/)
    case .leftovers: return file.lines.matches(of: /(\b(?:TODO|FIXME|XXX)\b|^<{7} |^>{7} )/)
    }
  }
}

extension [String] {
  /// The numbers (from 1) of the lines in which `pattern` finds something whose group satisfies `condition`.
  fileprivate func matches(
    of pattern: Regex<(Substring, Substring)>, where condition: (Substring) -> Bool = { _ in true }
  ) -> [Int] {
    enumerated().filter { _, line in line.matches(of: pattern).contains { condition($0.1) } }.map { $0.offset + 1 }
  }
}

extension SourceFile {
  /// Lines with unsafe code.
  var unsafeLines: [Int] { code.matches(of: /(\bunsafe\b|\bUnsafe\w*|@unchecked)/) }

  /// Public declarations, and types of the package, without a `///` line above them and their attributes.
  fileprivate var undocumented: [Int] {
    let declaration =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?:\w+(?:\(\w+\))?\s+)*?(?:func|var|let|init|subscript|struct|class|enum|actor|protocol|typealias)\b/
    let type = /^\s*(?:@\w+(?:\([^)]*\))?\s+)*package\s+(?:\w+\s+)*?(?:struct|class|enum|actor|protocol|typealias)\b/
    return code.indices.filter { index in
      guard code[index].contains(declaration) || code[index].contains(type), !code[index].contains("override")
      else { return false }
      var above = index - 1
      while above >= 0, lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@") { above -= 1 }
      return above < 0 || !lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("///")
    }.map { $0 + 1 }
  }
}
