extension NetworkSpec {
  /// Additional supervision of the backbone during training.
  package enum Auxiliary: String, Hashable, Sendable, CaseIterable {
    /// None: the main branch alone.
    case none = "off"
    /// Deep supervision: heads directly on the backbone's taps.
    case deep
    /// The network's auxiliary branch (programmable gradient information).
    case branch = "on"
  }

  /// What each level of an auxiliary head sees.
  package enum AuxiliaryLevels: String, Hashable, Sendable, CaseIterable {
    /// Multi-level information: every level receives the deeper ones.
    case all
    /// Each level on its own.
    case own
  }

  /// The same network with the auxiliary branch that a known network has for it; the network itself if it has one or
  /// none is known.
  package var withAuxiliaryBranch: NetworkSpec {
    let known = Self.published + Self.own
    guard !isDual, var copy = known.first(where: { $0.isDual && $0.inference.layers == layers }) else { return self }
    (copy.headStyle, copy.classCount, copy.activation) = (headStyle, classCount, activation)
    return copy
  }

  private static let deepEnding = "-deep", ownEnding = "-own"

  /// The name without what another auxiliary supervision has added to it.
  var nameOfMainBranch: String {
    let forms = AuxiliaryForm.Source.allCases.flatMap { source in
      AuxiliaryForm.Integration.allCases.map { AuxiliaryForm(source: source, integration: $0).ending }
    }
    let ending = ([Self.deepEnding, Self.ownEnding] + forms).first(where: name.hasSuffix)
    return String(name.dropLast(ending?.count ?? 0))
  }

  /// Taps of the backbone at the strides of the heads.
  private static let backboneTaps = ["B3", "B4", "B5"]

  /// The network with another kind of auxiliary supervision; the main branch is the same in all of them. `nil` if the
  /// network has no auxiliary branch or no backbone taps to attach it to.
  package func training(with auxiliary: Auxiliary, levels: AuxiliaryLevels = .all) -> NetworkSpec? {
    switch auxiliary {
    case .none: return inference
    case .deep:
      let taps = Set(layers.map(\.tap))
      guard Self.backboneTaps.allSatisfy(taps.contains) else { return nil }
      var copy = inference
      copy.name = name + Self.deepEnding
      copy.auxiliaryTaps = Self.backboneTaps
      return copy
    case .branch:
      guard isDual else { return nil }
      return levels == .all ? self : withSeparateLevels
    }
  }

  /// The auxiliary branch without connections between its levels: only each level's own sums, no top-down path.
  private var withSeparateLevels: NetworkSpec {
    var copy = self
    copy.name = name + Self.ownEnding
    var position = 0
    while position < copy.layers.count {
      let layer = copy.layers[position]
      guard layer.isTrainingOnly else {
        position += 1
        continue
      }
      switch layer.block {
      case .crossFusion(let parts):
        copy.layers[position].block = .crossFusion([parts[0]])
        copy.layers[position].sources = [layer.sources[0], layer.sources[layer.sources.count - 1]]
      case .upsample:
        // Upsample, concatenate with a tap, aggregate: here the aggregation reads only the tap.
        let tap = copy.layers[position + 1].sources[1]
        copy.layers[position + 2].sources = [tap]
        copy.layers.removeSubrange(position..<position + 2)
        continue
      default: break
      }
      position += 1
    }
    return copy
  }

  /// The same network with other computational blocks: `kind` in every aggregation, `elanDepth` of them in a chain,
  /// `innerDepth` bottlenecks in each. `nil` keeps what is there.
  package func replacingBlocks(
    kind: Aggregation.Kind? = nil, elanDepth: Int? = nil, innerDepth: Int? = nil
  ) -> NetworkSpec {
    guard kind != nil || elanDepth != nil || innerDepth != nil else { return self }
    var copy = self
    for (index, layer) in layers.enumerated() {
      guard case .gelan(var aggregation) = layer.block else { continue }
      aggregation.computation = aggregation.computation.replaced(by: kind, depth: innerDepth)
      aggregation.depth = elanDepth ?? aggregation.depth
      copy.layers[index].block = .gelan(aggregation)
    }
    // `variant(_:)` reads these names.
    copy.name +=
      (kind.map { "-\($0.rawValue)" } ?? "") + (elanDepth.map { "-elan\($0)" } ?? "")
      + (innerDepth.map { "-inner\($0)" } ?? "")
    return copy
  }

  /// The network that `replacingBlocks` calls `name`, such as `gelan-n-dark-elan3-inner2`; `nil` for any other name.
  package static func variant(_ name: String) -> NetworkSpec? {
    let bases = (published + own).filter { name.hasPrefix($0.name + "-") }
    guard let base = bases.max(by: { $0.name.count < $1.name.count }) else { return nil }
    var kind: Aggregation.Kind?
    var elanDepth, innerDepth: Int?
    for part in name.dropFirst(base.name.count + 1).split(separator: "-") {
      func depth(_ prefix: String) -> Int? {
        part.hasPrefix(prefix) ? Int(part.dropFirst(prefix.count)).flatMap { (1...3).contains($0) ? $0 : nil } : nil
      }
      if let found = Aggregation.Kind(rawValue: String(part)) {
        kind = found
      } else if let found = depth("elan") {
        elanDepth = found
      } else if let found = depth("inner") {
        innerDepth = found
      } else {
        return nil
      }
    }
    let variant = base.replacingBlocks(kind: kind, elanDepth: elanDepth, innerDepth: innerDepth)
    return variant.name == name ? variant : nil
  }
}

extension Aggregation {
  /// The computational blocks by name.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case conv, res, dark, depthwise, attention, csp
  }
}

extension Aggregation.Computation {
  private var depth: Int? {
    switch self {
    case .convolution: nil
    case .residual(let depth), .dark(let depth), .depthwise(let depth), .attention(let depth), .csp(let depth): depth
    }
  }

  fileprivate func replaced(by kind: Aggregation.Kind?, depth: Int?) -> Self {
    let depth = depth ?? self.depth ?? 1
    switch (kind, self) {
    case (.conv, _), (nil, .convolution): return .convolution
    case (.res, _), (nil, .residual): return .residual(depth: depth)
    case (.dark, _), (nil, .dark): return .dark(depth: depth)
    case (.depthwise, _), (nil, .depthwise): return .depthwise(depth: depth)
    case (.attention, _), (nil, .attention): return .attention(depth: depth)
    case (.csp, _), (nil, .csp): return .csp(depth: depth)
    }
  }
}
