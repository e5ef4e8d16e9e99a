package import Capture
import Outputs

/// One of several streams of a camera, and what it is for.
package struct CameraInput: Hashable, Sendable {
  /// What a stream is for.
  package enum Role: String, Hashable, Sendable, CaseIterable {
    /// It is decoded, and objects are detected in it.
    case detect
    /// Clips and continuous recordings are made of its packets.
    case record
    /// The live view is made of its packets.
    case live
  }

  /// Where the stream comes from, credentials included.
  package var address: SourceAddress?
  /// What it is for.
  package var roles: [Role] = []

  static let settings: [Setting<CameraInput>] = [
    .value("url", \.address, .sourceAddress, isRequired: true, "The address of the stream."),
    .value("roles", \.roles, .roles, isRequired: true, "What it is for."),
  ]

  static let form = "a list of {url: …, roles: [detect]} and {url: …, roles: [record, live]}"
}

extension CameraSettings {
  /// Where the frames come from that objects are detected in, credentials included.
  package var address: SourceAddress? {
    get { inputs.isEmpty ? url : inputs.first { $0.roles.contains(.detect) }?.address }
    set { url = newValue }
  }

  /// Notes what is wrong with its streams, which are in the section `place`.
  func checkInputs(_ place: ConfigurationNode, problems: inout ConfigurationProblems) {
    guard let list = place.child("inputs") else {
      if place.child("url") == nil { problems.note(place.problem("the key url is missing: where frames come from")) }
      return
    }
    if place.child("url") != nil {
      problems.note(list.problem("expected either url or inputs: both say where frames come from"))
    }
    let nodes = (try? list.list(CameraInput.form)) ?? []
    // What could not be read is noted already.
    guard inputs.count == nodes.count, !inputs.isEmpty else { return }
    for role in CameraInput.Role.allCases {
      let count = inputs.count { $0.roles.contains(role) }
      if count > 1 { problems.note(list.problem("\(count) inputs have the role \(role.rawValue): expected one")) }
      if count == 0, role == .detect { problems.note(list.problem("no input has the role detect: expected one")) }
    }
    for (input, node) in zip(inputs, nodes) where !input.roles.contains(.detect) {
      if case .network = input.address?.kind { continue }
      problems.note(
        (node.child("url") ?? node).problem("packets are copied from it: expected a network address such as rtsp://…"))
    }
  }
}

extension SettingKind where Value == [CameraInput.Role] {
  /// A list of roles.
  static var roles: SettingKind {
    let role = SettingKind<CameraInput.Role>.choice
    return SettingKind(schema: "\"type\":\"array\",\"minItems\":1,\"items\":{\(role.schema)}") {
      node throws(ConfigurationProblem) in
      let roles = try node.list("a list of roles such as [record, live]").map(role.read)
      guard !roles.isEmpty, Set(roles).count == roles.count else {
        throw node.mismatch("a list of different roles such as [record, live]")
      }
      return roles
    }
  }
}

extension SettingKind where Value == [CameraInput] {
  /// A list of streams.
  static var inputs: SettingKind {
    let address = SettingKind<SourceAddress?>.sourceAddress, roles = SettingKind<[CameraInput.Role]>.roles
    return SettingKind(
      schema: "\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"type\":\"object\","
        + "\"additionalProperties\":false,\"required\":[\"url\",\"roles\"],\"properties\":"
        + "{\"url\":{\(address.schema)},\"roles\":{\(roles.schema)}}}"
    ) { node throws(ConfigurationProblem) in
      let items = try node.list(CameraInput.form)
      guard (1...3).contains(items.count) else { throw node.problem("expected 1 to 3 inputs, got \(items.count)") }
      return try items.map { item throws(ConfigurationProblem) in
        var input = CameraInput(), problems = ConfigurationProblems()
        CameraInput.settings.read(item, into: &input, problems: &problems)
        if let first = problems.all.first { throw first }
        return input
      }
    }
  }
}
