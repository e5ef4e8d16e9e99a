/// One key of a section: its name, what it is for, what may stand there and where the value goes. The reader, the JSON
/// Schema and the example are all made from lists of these.
struct Setting<Section>: Sendable {
  let outline: SettingOutline
  let read: @Sendable (ConfigurationNode, inout Section, inout ConfigurationProblems) -> Void

  /// A key with a value.
  ///
  /// - Parameter example: what the example writes; `nil` leaves the key out there.
  static func value<Value>(
    _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable, _ kind: SettingKind<Value>,
    isRequired: Bool = false, example: String? = nil, _ summary: String
  ) -> Setting {
    Setting(outline: .init(name, summary, isRequired, .value(schema: kind.schema, example: example))) {
      node, section, problems in
      if let value = problems.attempt({ () throws(ConfigurationProblem) in try kind.read(node) }) {
        section[keyPath: path] = value
      }
    }
  }

  /// The same key in a section that has this one at `path`, without a key of its own; not in the example.
  func within<Outer>(_ path: any WritableKeyPath<Outer, Section> & Sendable) -> Setting<Outer> {
    var form = outline.form
    if case .value(let schema, _) = form { form = .value(schema: schema, example: nil) }
    return Setting<Outer>(outline: .init(outline.name, outline.summary, outline.isRequired, form)) {
      [read] node, outer, problems in read(node, &outer[keyPath: path], &problems)
    }
  }

  /// A key with a section behind it, which is read over what is there.
  ///
  /// - Parameter check: looks at the section when it is read.
  static func section<Inner>(
    _ name: String, _ path: any WritableKeyPath<Section, Inner> & Sendable, _ settings: [Setting<Inner>],
    isRequired: Bool = false, isInExample: Bool = true, _ summary: String,
    check: @escaping @Sendable (ConfigurationNode, Inner) throws(ConfigurationProblem) -> Void = { _, _ in }
  ) -> Setting {
    let form = SettingOutline.Form.section(settings.map(\.outline), isInExample: isInExample)
    return Setting(outline: .init(name, summary, isRequired, form)) { node, section, problems in
      settings.read(node, into: &section[keyPath: path], problems: &problems)
      _ = problems.attempt { () throws(ConfigurationProblem) in try check(node, section[keyPath: path]) }
    }
  }

  /// A key with named sections behind it.
  ///
  /// - Parameters:
  ///   - example: the name that the example uses.
  ///   - names: what sections may be called.
  ///   - initial: the section called so, from what is known before it is read.
  ///   - finish: sees the section when it is read.
  static func sections<Inner>(
    _ name: String, _ path: any WritableKeyPath<Section, [Inner]> & Sendable, _ settings: [Setting<Inner>],
    isRequired: Bool = false, isInExample: Bool = true, names: SectionNames = .identifiers, example: String,
    _ summary: String, initial: @escaping @Sendable (String, Section) -> Inner,
    finish: @escaping @Sendable (ConfigurationNode, inout Inner) -> Void = { _, _ in }
  ) -> Setting {
    let form = SettingOutline.Form.sections(
      example: isInExample ? example : nil, names: names, settings.map(\.outline))
    return Setting(outline: .init(name, summary, isRequired, form)) { node, section, problems in
      let entries = problems.attempt { () throws(ConfigurationProblem) in try node.entries() } ?? []
      for entry in entries {
        guard names.includes(entry.key) else {
          problems.note(
            .init(line: entry.keyLine, message: "\(node.name): expected \(names.expected), got \(entry.key)"))
          continue
        }
        var inner = initial(entry.key, section)
        settings.read(entry.value, into: &inner, problems: &problems)
        finish(entry.value, &inner)
        section[keyPath: path].append(inner)
      }
    }
  }
}

/// What named sections may be called.
enum SectionNames: Sendable {
  /// What may stand in a URL and in a command line.
  case identifiers
  /// A class of the model, such as `traffic light`, or its number.
  case classes

  /// A regular expression for all of a name, as JSON Schema has it.
  var pattern: String {
    switch self {
    case .identifiers: "^[A-Za-z0-9_-]{1,40}$"
    case .classes: "^.{1,100}$"
    }
  }

  /// The same in words.
  var expected: String {
    switch self {
    case .identifiers: "a name of at most 40 letters, digits, _ and -"
    case .classes: "the name of a class"
    }
  }

  /// Whether `name` is one.
  func includes(_ name: String) -> Bool {
    switch self {
    case .identifiers:
      (1...40).contains(name.count)
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    case .classes: (1...100).contains(name.count)
    }
  }
}

/// What a setting is, without where its value goes.
struct SettingOutline: Sendable {
  /// What may stand behind the key.
  indirect enum Form: Sendable {
    case value(schema: String, example: String?)
    case section([SettingOutline], isInExample: Bool)
    /// `example` is a name; with `nil` they are left out of the example.
    case sections(example: String?, names: SectionNames, [SettingOutline])
  }

  let name, summary: String
  let isRequired: Bool
  let form: Form

  init(_ name: String, _ summary: String, _ isRequired: Bool, _ form: Form) {
    self.name = name
    self.summary = summary
    self.isRequired = isRequired
    self.form = form
  }
}

extension Array {
  /// Reads the section at `node` into `section`, setting by setting in the order of this list; notes unknown and missing
  /// keys.
  func read<Section>(
    _ node: ConfigurationNode, into section: inout Section, problems: inout ConfigurationProblems
  ) where Element == Setting<Section> {
    guard let entries = problems.attempt({ () throws(ConfigurationProblem) in try node.entries() }) else { return }
    let names = map(\.outline.name)
    for entry in entries where !names.contains(entry.key) {
      let place = node.name.isEmpty ? "the top level" : node.name
      let hint =
        NearestName.of(entry.key, in: names).map { "did you mean \($0)?" }
        ?? "expected one of \(names.joined(separator: ", "))"
      problems.note(.init(line: entry.keyLine, message: "\(place) has no key \(entry.key); \(hint)"))
    }
    for setting in self {
      if let entry = entries.first(where: { $0.key == setting.outline.name }) {
        setting.read(entry.value, &section, &problems)
      } else if setting.outline.isRequired {
        problems.note(node.problem("the key \(setting.outline.name) is missing: \(setting.outline.summary)"))
      }
    }
  }
}
