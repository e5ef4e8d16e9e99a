import ArgumentParser
import Outputs
import Rules
import Streaming

/// An entry of a registry that is offered as an option.
protocol RegistryEntry: Sendable {
  /// All entries.
  static var registry: [Self] { get }
  /// Name of the option.
  var name: String { get }
  /// One sentence for the help.
  var summary: String { get }
  /// Name of its value in the help.
  var valueName: String { get }
}

/// Options for all entries of a registry, so that a new entry needs no line here.
///
/// ArgumentParser finds options by reflection; this type's mirror lists those of the registry.
struct RegistryArguments<Entry: RegistryEntry>: ParsableArguments, CustomReflectable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private var options: [(entry: Entry, option: Option<String?>)]

  init() {
    options = Entry.registry.map { entry in
      (entry, Option(name: .customLong(entry.name), help: ArgumentHelp("\(entry.summary)", valueName: entry.valueName)))
    }
  }

  init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: Key.self)
    for index in options.indices {
      options[index].option = try values.decode(
        Option<String?>.self, forKey: Key(stringValue: options[index].entry.name))
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: options.map { (label: $0.entry.name, value: $0.option as Any) })
  }

  /// The given values, in the order of the registry.
  var values: [(entry: Entry, text: String)] {
    options.compactMap { entry in entry.option.wrappedValue.map { (entry.entry, $0) } }
  }
}

extension SinkKind: RegistryEntry {
  static var registry: [SinkKind] { SinkRegistry.kinds }
  var valueName: String { target }
}

extension RuleKind: RegistryEntry {
  static var registry: [RuleKind] { RuleRegistry.kinds }
  var valueName: String { value }
}

extension RegistryArguments<SinkKind> {
  /// The requested outputs.
  var requests: [SinkRequest] { values.map { SinkRequest($0.entry, target: $0.text) } }
}

extension RegistryArguments<RuleKind> {
  /// The values of the requested rules.
  func numbers() throws -> [String: Double] {
    try Dictionary(
      uniqueKeysWithValues: values.map { kind, text in
        guard let number = Double(text), kind.range.contains(number) else {
          let range = "\(kind.range.lowerBound.brief) to \(kind.range.upperBound.brief)"
          throw ValidationError("--\(kind.name) \(text): expected a number from \(range)")
        }
        return (kind.name, number)
      })
  }
}

extension Double {
  /// Without a zero fraction.
  fileprivate var brief: String { rounded() == self ? String(Int(self)) : String(self) }
}
