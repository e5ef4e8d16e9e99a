import Foundation

/// The table of targets as the manifest and the map have it: what each may see.
enum Tables {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: SourceFile.checkout.appending(path: path), encoding: .utf8)
  }

  /// What `Package.swift` lets each Swift target of `Sources` see.
  static func manifest() throws -> [String: Set<String>] {
    let text = try text("Package.swift")
    var constants: [String: [String]] = [:]
    for match in text.matches(of: /let (\w+): (?:\[Target\.Dependency\]|Target\.Dependency) =([\s\S]*?)\n(?=\n|let)/) {
      constants[String(match.1)] = match.2.matches(of: /name: "(\w+)"/).map { String($0.1) }
    }
    var table: [String: Set<String>] = [:]
    for match in text.matches(of: /(?:\broom\(\s*|\.executableTarget\(\s*name: )"(\w+)"/) {
      let call = enclosed(text[match.range.upperBound...])
      // The list ends where the next argument begins.
      let list = call.firstMatch(of: /(?:sees|dependencies): ([\s\S]*?)(?:,\s*\w+: |$)/)?.1 ?? ""
      let targets = list.matches(of: /"(\w+)"/).map { String($0.1) }
      let words = list.replacing(/"\w+"/, with: "").matches(of: /\w+/).map { String($0.output) }
      table[String(match.1)] = Set(targets + words.flatMap { constants[$0] ?? [$0] })
    }
    return table
  }

  /// What the table of `Sources/README.md` lets each target see.
  static func map() throws -> [String: Set<String>] {
    var table: [String: Set<String>] = [:]
    for line in try text("Sources/README.md").split(separator: "\n") where line.hasPrefix("| `") {
      let columns = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let sees = columns[1] == "nothing" || columns[1] == "the C library" ? [] : columns[1].split(separator: ", ")
      for name in columns[0].split(separator: " ") {
        table[name.trimmingCharacters(in: ["`"])] = Set(sees.map { $0.trimmingCharacters(in: ["`"]) })
      }
    }
    return table
  }

  /// `text` up to the parenthesis that closes the one it stands in.
  private static func enclosed(_ text: Substring) -> Substring {
    var depth = 1
    let end = text.firstIndex { character in
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      return depth == 0
    }
    return text[..<(end ?? text.endIndex)]
  }
}
