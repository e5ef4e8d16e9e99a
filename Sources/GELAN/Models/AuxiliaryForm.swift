/// The parts of an auxiliary branch: where its levels come from, and how they are integrated.
package struct AuxiliaryForm: Hashable, Sendable {
  /// Where the levels come from.
  package enum Source: String, Hashable, Sendable, CaseIterable {
    /// The backbone's levels, each projected to fewer channels.
    case taps
    /// A second, narrow backbone that starts again from the image and receives at each level the sum of projections of
    /// this and all deeper levels of the main one: dense higher-level composition (Liang et al., CBNet,
    /// arXiv:2107.00420).
    case dhlc
  }

  /// How the levels are integrated.
  package enum Integration: String, Hashable, Sendable, CaseIterable {
    /// Not: each level has its own predictions (pyramid feature hierarchy).
    case pfh
    /// From coarse to fine (feature pyramid network).
    case fpn
    /// From coarse to fine and back (path aggregation network).
    case pan
  }

  /// Where the levels come from.
  package var source: Source
  /// How they are integrated.
  package var integration: Integration

  /// A branch of these parts.
  package init(source: Source = .taps, integration: Integration = .fpn) {
    self.source = source
    self.integration = integration
  }

  /// What it adds to the name of a network.
  var ending: String { "-\(source.rawValue)-\(integration.rawValue)" }
}

extension NetworkSpec {
  /// The network with an auxiliary branch of the given form instead of its own; the main branch is the same. `nil` if
  /// the backbone has no taps to attach it to.
  package func training(with form: AuxiliaryForm) -> NetworkSpec? {
    let main = inference, graph = main.graph()
    let channels = ["B3", "B4", "B5"].compactMap { graph.taps[$0].map { graph.nodes[$0].channels } }
    guard channels.count == 3 else { return nil }
    // Half as wide as the backbone, so that most of the work stays in the main branch.
    let branch = AuxiliaryBranch(widths: channels.map { max(($0 / 2 + 15) / 16 * 16, 16) })
    var copy = main
    copy.name = name + form.ending
    copy.layers += (branch.levels(form.source) + branch.integration(form.integration)).map(\.auxiliary)
    copy.auxiliaryTaps = branch.taps(form.integration)
    return copy
  }
}

/// The rows of an auxiliary branch with `widths` channels at strides 8, 16 and 32.
private struct AuxiliaryBranch {
  let widths: [Int]

  /// Levels S3, S4, S5.
  func levels(_ source: AuxiliaryForm.Source) -> [NetworkSpec.Layer] {
    let numbered = Array(zip(3..., widths))
    guard source == .dhlc else {
      return numbered.map { level, width in
        .init(.convolution(width, kernel: 1, stride: 1), from: [.tap("B\(level)")], tap: "S\(level)")
      }
    }
    var rows: [NetworkSpec.Layer] = numbered.map { level, _ in
      .init(.crossLinear(Array(widths[...(level - 3)])), from: [.tap("B\(level)")], tap: "L\(level)")
    }
    rows.append(.init(.convolution(16, kernel: 3, stride: 2), from: [.input]))
    rows.append(.init(.convolution(widths[0], kernel: 3, stride: 2)))
    for (level, width) in numbered {
      let deeper = (level...5).map { NetworkSpec.Source.tap("L\($0)") }
      rows.append(.init(.convolution(width, kernel: 3, stride: 2)))
      rows.append(.init(.crossFusion(deeper.map { _ in level - 3 }), from: deeper + [.previous]))
      rows.append(.init(stage(width), tap: "S\(level)"))
    }
    return rows
  }

  func integration(_ kind: AuxiliaryForm.Integration) -> [NetworkSpec.Layer] {
    guard kind != .pfh else { return [] }
    let down: [NetworkSpec.Layer] = [
      .init(.upsample, from: ["S5"]),
      .init(.concatenation, from: [.previous, "S4"]),
      .init(stage(widths[1]), tap: "A4"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "S3"]),
      .init(stage(widths[0]), tap: "A3"),
    ]
    guard kind == .pan else { return down }
    return down + [
      .init(.convolution(widths[0], kernel: 3, stride: 2)),
      .init(.concatenation, from: [.previous, "A4"]),
      .init(stage(widths[1]), tap: "D4"),
      .init(.convolution(widths[1], kernel: 3, stride: 2)),
      .init(.concatenation, from: [.previous, "S5"]),
      .init(stage(widths[2]), tap: "D5"),
    ]
  }

  /// The levels that the auxiliary head reads.
  func taps(_ kind: AuxiliaryForm.Integration) -> [String] {
    switch kind {
    case .pfh: ["S3", "S4", "S5"]
    case .fpn: ["A3", "A4", "S5"]
    case .pan: ["A3", "D4", "D5"]
    }
  }

  private func stage(_ width: Int) -> Block {
    .gelan(Aggregation(output: width, transition: width, branch: width / 2, computation: .convolution))
  }
}
