import FFmpeg
import Yams

/// A node of a configuration file, with its location and name.
struct ConfigurationNode {
  let node: Node
  /// Keys from the top, such as `cameras.front.url`.
  let name: String
  let environment: [String: String]

  /// Line of the file, counted from 1.
  var line: Int? { node.mark?.line }

  /// A problem at this node, with its name.
  func problem(_ message: String) -> ConfigurationProblem {
    ConfigurationProblem(line: line, message: name.isEmpty ? message : "\(name): \(message)")
  }

  /// A problem with the value, quoted as it is written: `${NAME}` is not replaced, passwords are removed.
  func mismatch(_ expected: String) -> ConfigurationProblem {
    let found =
      switch node {
      case .scalar(let scalar): Redaction.redact(String(scalar.string.prefix(80)))
      case .mapping: "a section"
      case .sequence: "a list"
      case .alias: "an alias"
      }
    return problem("expected \(expected), got \(found.isEmpty ? "nothing" : found)")
  }

  /// Whether nothing stands behind the key.
  var isEmpty: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null"].contains(scalar.string)
  }

  /// The text of a single value, variables of the environment put in.
  func text(_ expected: String) throws(ConfigurationProblem) -> String {
    guard case .scalar(let scalar) = node, !isEmpty else { throw mismatch(expected) }
    return try Substitution.apply(to: scalar.string, environment: environment) { problem($0) }
  }

  /// The values of a list.
  func list(_ expected: String) throws(ConfigurationProblem) -> [ConfigurationNode] {
    guard case .sequence(let sequence) = node else { throw mismatch(expected) }
    return sequence.enumerated().map { index, element in
      ConfigurationNode(node: element, name: "\(name)[\(index)]", environment: environment)
    }
  }

  /// What stands behind `key` of a section.
  func child(_ key: String) -> ConfigurationNode? { (try? entries())?.first { $0.key == key }?.value }

  /// The section without `keys`, as one line of YAML: `anchor: centre, hold: 2s`.
  func text(without keys: [String]) -> String {
    let others = ((try? entries()) ?? []).filter { !keys.contains($0.key) }.map { (Node($0.key), $0.value.node.flow) }
    guard !others.isEmpty, let text = try? serialize(node: .mapping(.init(others, .implicit, .flow)), width: -1) else {
      return ""
    }
    return String(text.dropFirst().prefix { $0 != "\n" }.dropLast())
  }

  /// The keys and values of a section, in the order of the file.
  func entries() throws(ConfigurationProblem) -> [(key: String, keyLine: Int?, value: ConfigurationNode)] {
    if isEmpty { return [] }
    guard case .mapping(let mapping) = node else { throw mismatch("a section of keys and values") }
    var entries: [(key: String, keyLine: Int?, value: ConfigurationNode)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { throw problem("expected names as keys") }
      let path = name.isEmpty ? scalar.string : "\(name).\(scalar.string)"
      entries.append((scalar.string, key.mark?.line, .init(node: value, name: path, environment: environment)))
    }
    return entries
  }
}

/// `${NAME}` and `${NAME:-otherwise}` in values; `$${` is a plain `${`.
enum Substitution {
  static func apply(
    to text: String, environment: [String: String], problem: (String) -> ConfigurationProblem
  ) throws(ConfigurationProblem) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let end = rest.firstIndex(of: "}") else { throw problem("expected } after ${") }
        let word = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
        let parts = word.firstRange(of: ":-").map { (word[..<$0.lowerBound], word[$0.upperBound...]) }
        let name = String(parts?.0 ?? word)
        guard let value = environment[name] ?? parts.map({ String($0.1) }) else {
          throw problem("the environment has no variable \(name)")
        }
        result += value
        // A value that is not in the file must not be in messages, unless it is a plain number or path.
        if text.contains("://") || text.contains("@") { Redaction.protect(value) }
        rest = rest[rest.index(after: end)...]
      } else {
        result += "$"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }
}

extension Node {
  /// The node on one line.
  fileprivate var flow: Node {
    switch self {
    case .mapping(let mapping): .mapping(.init(mapping.map { ($0.key.flow, $0.value.flow) }, mapping.tag, .flow))
    case .sequence(let sequence): .sequence(.init(sequence.map(\.flow), sequence.tag, .flow))
    case .scalar, .alias: self
    }
  }
}
