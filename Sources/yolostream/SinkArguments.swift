import ArgumentParser
import Outputs
import Streaming

/// An option for each kind of sink in the registry, so that a new kind needs no line here.
///
/// The parser finds options by reflection; these are reflected from the registry instead of from stored properties.
struct SinkArguments: ParsableArguments, CustomReflectable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private var options: [(kind: SinkKind, option: Option<String?>)]

  init() {
    options = SinkRegistry.kinds.map { kind in
      (kind, Option(name: .customLong(kind.name), help: ArgumentHelp("\(kind.summary)", valueName: kind.target)))
    }
  }

  init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: Key.self)
    for index in options.indices {
      options[index].option = try values.decode(
        Option<String?>.self, forKey: Key(stringValue: options[index].kind.name))
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: options.map { (label: $0.kind.name, value: $0.option as Any) })
  }

  /// What was asked for, in the order of the registry.
  var requests: [SinkRequest] {
    options.compactMap { entry in entry.option.wrappedValue.map { SinkRequest(entry.kind, target: $0) } }
  }
}
