import GELAN

/// Texts of safetensors metadata as people write them: JSON, but also what Python prints (`str(dict)`, numpy, tensors).
enum MetadataText {
  /// Most names that are read.
  static let nameLimit = 10_000

  /// Class names from a JSON or Python list or dictionary, or from names with commas or line ends between them.
  static func names(_ text: String) throws(ModelError) -> [String]? {
    let trimmed = text.trimmed
    guard !trimmed.isEmpty else { return nil }
    if let value = try? JSONDocument(parsing: trimmed.utf8) { return try names(value) }
    var cursor = PythonLiteral(trimmed)
    if let items = cursor.names() { return try Checkpoint.Description.names(items) }
    let separator: Character = trimmed.contains("\n") ? "\n" : ","
    return trimmed.split(separator: separator).map { Checkpoint.Description.printable(String($0).trimmed) }
  }

  private static func names(_ value: JSONDocument) throws(ModelError) -> [String]? {
    if let items = value.array { return items.compactMap(name).map(Checkpoint.Description.printable) }
    guard let members = value.object else { return nil }
    return try Checkpoint.Description.names(
      members.compactMap { key, value in
        if let index = Int(key), let name = name(value) { (index, name) } else { nil }
      })
  }

  private static func name(_ value: JSONDocument) -> String? {
    switch value {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .boolean(let flag): flag ? "True" : "False"
    default: nil
    }
  }

  /// All numbers that stand in `text`, whatever stands around them; `nil` if there are none.
  static func numbers(_ text: String) -> [Double]? {
    let parts = text.split { !("0"..."9").contains($0) && !".+-eE".contains($0) }
    let numbers = parts.prefix(64).compactMap { Double($0.hasSuffix(".") ? String($0.dropLast()) : String($0)) }
    return numbers.isEmpty ? nil : numbers
  }

  /// A side in pixels: a number, or the larger of two.
  static func side(_ text: String) -> Int? {
    numbers(text)?.max().flatMap { Int(exactly: $0) }.flatMap { (32...8192).contains($0) ? $0 : nil }
  }
}

/// A list or dictionary of texts as Python prints it: `['a', "b's"]`, `{0: 'a', 1: 'b'}`.
private struct PythonLiteral {
  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  mutating func names() -> [(index: Int, name: String)]? {
    guard let opening = rest.popFirst(),
      let closing = (["[": "]", "(": ")", "{": "}"] as [Character: Character])[opening]
    else { return nil }
    var items: [(index: Int, name: String)] = []
    while items.count < MetadataText.nameLimit {
      skipBlanks()
      if rest.first == closing { return rest.dropFirst().allSatisfy(\.isWhitespace) ? items : nil }
      guard let first = scalar() else { return nil }
      skipBlanks()
      if opening == "{" {
        guard rest.popFirst() == ":", let index = Int(first) else { return nil }
        skipBlanks()
        guard let name = scalar() else { return nil }
        items.append((index, name))
      } else {
        items.append((items.count, first))
      }
      skipBlanks()
      if rest.first == "," { rest.removeFirst() } else if rest.first != closing { return nil }
    }
    return nil
  }

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  /// A text in quotes, or a bare word or number.
  private mutating func scalar() -> String? {
    guard let quote = rest.first, quote == "'" || quote == "\"" else {
      let word = rest.prefix { $0.isLetter || $0.isNumber || ".-_+".contains($0) }
      rest = rest.dropFirst(word.count)
      return word.isEmpty ? nil : String(word)
    }
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      if character == quote { return text }
      if character == "\\", let next = rest.popFirst() {
        text.append(next == "n" || next == "t" ? " " : next)
      } else {
        text.append(character)
      }
    }
    return nil
  }
}

extension String {
  /// Without blanks and line ends around it.
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
