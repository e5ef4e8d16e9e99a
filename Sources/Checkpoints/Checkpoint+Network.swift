public import GELAN

extension Checkpoint {
  /// Which network a file holds.
  public struct Network: Hashable, Sendable {
    /// The network as the file has it: with its auxiliary branch, its head and its number of classes.
    public let spec: NetworkSpec
    /// Whether batch normalisation is folded into the convolutions already, and RepConvN branches are merged.
    public let isFolded: Bool
    /// Names of the classes; `class 0`, `class 1`, … where the file has none.
    public let classNames: [String]

    /// The network whose parameters the file holds, auxiliary branch included.
    public var graph: Graph { isFolded ? spec.graph().folded : spec.graph() }
  }

  /// Recognises the network by the names and shapes of the tensors.
  ///
  /// - Parameter candidates: what it may be; the head's shape and the number of classes are taken from the file.
  /// - Throws: `.mismatch` naming the first tensor that is missing or has another shape than the nearest candidate's,
  ///   or what in the file's own description contradicts its tensors.
  public func network(among candidates: [NetworkSpec] = NetworkSpec.published + NetworkSpec.own) throws(ModelError)
    -> Network
  {
    do throws(ModelError) {
      do throws(ModelError) {
        // There are many networks with other computational blocks; the file names its own.
        let variant = description.architecture.flatMap(NetworkSpec.variant)
        let network = try recognised(among: candidates + (variant.map { [$0] } ?? []))
        try expectNothingElse(than: network.graph)
        return network
      } catch {
        // Its kind is more informative than the first tensor that does not fit.
        if let kind = otherKind { throw ModelError(.unsupported, "is \(kind)") }
        throw error
      }
    } catch { throw error.about(path) }
  }

  private func recognised(among candidates: [NetworkSpec]) throws(ModelError) -> Network {
    guard let layer = headLayer else {
      throw ModelError(.mismatch, "holds no detection head as these networks have (no '….cv3.0.2.weight')")
    }
    let prefix = "model.\(layer)"
    let isDual = tensors["\(prefix).cv5.0.2.weight"] != nil
    var best: (network: Network, fault: ModelError?, matches: Int)?
    let form: HeadStyle.Form = tensors["\(prefix).cv3.0.0.conv.weight"] == nil ? .separable : .dense
    for candidate in candidates
    where candidate.layers.count == layer && candidate.isDual == isDual && candidate.headStyle.form == form {
      var spec = candidate
      try adoptHead(into: &spec, prefix: prefix)
      spec.activation = description.usesReLU ? .relu : spec.activation
      let network = Network(
        spec: spec, isFolded: isFolded(spec), classNames: names(count: spec.classCount))
      let (fault, matches) = comparison(with: network.graph)
      // A network that is part of a larger one has as many tensors right in both, but nothing wrong in its own.
      if fault == nil {
        best = (network, nil, matches)
        break
      }
      if matches > best?.matches ?? -1 { best = (network, fault, matches) }
    }
    guard let best else {
      throw ModelError(
        .mismatch, "has its \(isDual ? "dual " : "")head at layer \(layer), where none of the known networks has one")
    }
    if let fault = best.fault { throw fault }
    try checkDescription(against: best.network)
    return best.network
  }

  /// The layer whose class branch is found.
  private var headLayer: Int? {
    tensors.keys.lazy.compactMap { name -> Int? in
      guard name.hasPrefix("model."), name.hasSuffix(".cv3.0.2.weight") else { return nil }
      return Int(name.dropFirst("model.".count).dropLast(".cv3.0.2.weight".count))
    }.max()
  }

  /// Takes groups, width, bins and classes of the main head from the file's shapes.
  private func adoptHead(into spec: inout NetworkSpec, prefix: String) throws(ModelError) {
    let (box, classes) = spec.isDual ? ("cv4", "cv5") : ("cv2", "cv3")
    func shape(_ name: String) throws(ModelError) -> [Int] {
      guard let tensor = tensors[name] else { throw ModelError(.mismatch, "lacks '\(name)'") }
      guard tensor.shape.count == 4, tensor.shape.allSatisfy({ 1...65_536 ~= $0 }) else {
        throw ModelError(
          .mismatch, "\(name): expected the weights of a convolution, file has \(StoredTensor.text(of: tensor.shape))")
      }
      return tensor.shape
    }
    if spec.headStyle.form == .separable {
      // Only our own networks have it, and in one shape.
      spec.classCount = try classCount(in: shape("\(prefix).\(classes).0.2.weight"))
      return
    }
    let first = try shape("\(prefix).\(box).0.0.conv.weight")
    let second = try shape("\(prefix).\(box).0.1.conv.weight")
    let last = try shape("\(prefix).\(box).0.2.weight")
    let classWidth = try shape("\(prefix).\(classes).0.0.conv.weight")
    let logits = try shape("\(prefix).\(classes).0.2.weight")
    guard first[0].isMultiple(of: second[1]), last[0].isMultiple(of: 4) else {
      throw ModelError(
        .mismatch,
        "\(prefix).\(box).0.1.conv.weight: \(StoredTensor.text(of: second)) does not follow \(first[0]) channels")
    }
    spec.classCount = try classCount(in: logits)
    var style = HeadStyle(boxGroups: first[0] / second[1], bins: last[0] / 4)
    // Both rules are tried before the width is taken as it is, so that a published network is equal to its own file.
    let rules: [HeadStyle.ClassWidth] = style.boxGroups == 1 ? [.ultralytics, .official] : [.official, .ultralytics]
    style.classWidth =
      rules.first { rule in
        HeadStyle(classWidth: rule).classWidth(channels: classWidth[1], classes: logits[0]) == classWidth[0]
      } ?? .fixed(classWidth[0])
    spec.headStyle = style
  }

  private func classCount(in logits: [Int]) throws(ModelError) -> Int {
    guard logits[0] <= 10_000 else {
      throw ModelError(.mismatch, "states \(logits[0]) classes; at most 10000 are read")
    }
    return logits[0]
  }

  /// A folded network has a bias where the other has a normalisation.
  private func isFolded(_ spec: NetworkSpec) -> Bool {
    guard let first = spec.graph().convolutions.first?.convolution else { return false }
    return tensors["\(first.parameters).bias"] != nil
      && first.normalisation.map { tensors["\($0).weight"] == nil } ?? true
  }

  /// The first parameter of `graph` that the file lacks or has in another shape, and how many it has right.
  private func comparison(with graph: Graph) -> (fault: ModelError?, matches: Int) {
    var fault: ModelError?
    var matches = 0
    for (name, shape) in graph.parameterShapes {
      guard let tensor = tensors[name] else {
        fault = fault ?? ModelError(.mismatch, "lacks '\(name)' (\(StoredTensor.text(of: shape)))")
        continue
      }
      guard tensor.shape == shape else {
        fault =
          fault
          ?? ModelError(
            .mismatch,
            "\(name): expected \(StoredTensor.text(of: shape)), file has \(StoredTensor.text(of: tensor.shape))")
        continue
      }
      matches += 1
    }
    return (fault, matches)
  }

  /// The file's description must match its tensors.
  private func checkDescription(against network: Network) throws(ModelError) {
    let spec = network.spec
    guard network.classNames.count == spec.classCount else {
      throw ModelError(
        .mismatch, "names \(network.classNames.count) classes, but its class branch has \(spec.classCount)")
    }
    let graph = network.graph
    let strides = graph.mainHead.levels.map(\.stride)
    guard description.strides == nil || description.strides == strides else {
      throw ModelError(.mismatch, "states the strides \(description.strides ?? []), expected \(strides)")
    }
    if let name = description.architecture, name != spec.name {
      throw ModelError(.mismatch, "calls itself '\(name.prefix(80))', but its tensors are those of \(spec.name)")
    }
    for head in graph.heads {
      guard let projection = tensors[head.projection] else { continue }
      guard projection.elementCount == head.bins, try projection.floats() == (0..<head.bins).map(Float.init) else {
        throw ModelError(.mismatch, "\(head.projection): expected the constants 0…\(head.bins - 1), file has others")
      }
    }
  }

  /// The names of `count` classes: those of the file, or what is known of its family.
  private func names(count: Int) -> [String] {
    if let names = description.classNames { return names }
    if description.family == .multimediaTech, count == COCOClasses.names.count { return COCOClasses.names }
    return (0..<count).map { "class \($0)" }
  }
}
