import Foundation

/// A pattern of paths: `*`, `?` and `[a-z]` within a name, `**` for any folders. Names that begin with a point are found only
/// by a pattern that begins so, as in a shell.
struct GlobPattern {
  private let parts: [String]
  private let isAbsolute: Bool

  init(_ text: String) {
    parts = text.split(separator: "/").map(String.init)
    isAbsolute = text.hasPrefix("/")
  }

  /// Whether `text` holds something that a pattern has and few names have.
  static func isPattern(_ text: String) -> Bool { text.contains { $0 == "*" || $0 == "?" || $0 == "[" } }

  /// What is there and fits, in the order of the names.
  func paths() -> [String] {
    var found: [String] = []
    expand(isAbsolute ? "/" : "", parts[...], into: &found)
    return found
  }

  private func expand(_ base: String, _ rest: ArraySlice<String>, into found: inout [String]) {
    guard let part = rest.first else { return found.append(base) }
    func path(_ name: String) -> String { base.isEmpty || base == "/" ? base + name : base + "/" + name }
    if part == "**" {
      expand(base, rest.dropFirst(), into: &found)
      for name in names(in: base) where !name.hasPrefix(".") && FileFacts.isFolder(path(name)) && !isLink(path(name)) {
        expand(path(name), rest, into: &found)
      }
    } else if Self.isPattern(part) {
      for name in names(in: base) where Self.matches(name[...], part[...]) {
        guard name.hasPrefix(".") == part.hasPrefix(".") else { continue }
        if rest.count == 1 || FileFacts.isFolder(path(name)) { expand(path(name), rest.dropFirst(), into: &found) }
      }
    } else if FileManager.default.fileExists(atPath: path(part)) {
      expand(path(part), rest.dropFirst(), into: &found)
    }
  }

  private func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []).sorted()
  }

  private func isLink(_ path: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  /// Whether `name` fits `pattern`, which has no slash.
  static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case "*":
      // Stars in a row are one: each would double the work.
      let rest = rest.drop { $0 == "*" }
      return rest.isEmpty || name.indices.contains { matches(name[$0...], rest) }
    case "?": return !name.isEmpty && matches(name.dropFirst(), rest)
    case "[":
      guard let end = rest.dropFirst().firstIndex(of: "]"), let letter = name.first else { break }
      return holds(letter, rest[..<end]) && matches(name.dropFirst(), rest[rest.index(after: end)...])
    default: break
    }
    return name.first == first && matches(name.dropFirst(), rest)
  }

  /// Whether `letter` is in a set such as `a-z_` or `!0-9`.
  private static func holds(_ letter: Character, _ set: Substring) -> Bool {
    let isInverted = set.first == "!" || set.first == "^"
    let letters = Array(isInverted ? set.dropFirst() : set)
    var index = 0
    var isThere = false
    while index < letters.count {
      if index + 2 < letters.count, letters[index + 1] == "-" {
        if letters[index] <= letter, letter <= letters[index + 2] { isThere = true }
        index += 3
      } else {
        if letters[index] == letter { isThere = true }
        index += 1
      }
    }
    return isThere != isInverted
  }
}
