import GELAN

extension Quantisation {
  /// Names of the tensors in a file that hold scales: that of a layer and one of `endings`.
  enum TensorName {
    static func weightSteps(of parameters: String) -> String { parameters + endings[0] }
    static func bias(of parameters: String) -> String { parameters + endings[1] }
    static func step(of node: String) -> String { node + endings[2] }
    static func zeroPoint(of node: String) -> String { node + endings[3] }

    static let endings = [".weight_scale", ".int8_bias", ".activation_scale", ".activation_zero_point"]
  }

  /// Prefix of the metadata that `record` becomes.
  static let recordPrefix = "quantisation."
}

extension Checkpoint {
  /// The scales in the file, for weights stored as int8 or for original weights beside them; `nil` where it has none.
  ///
  /// - Parameter graph: the folded network.
  /// - Throws: `.mismatch` for int8 weights where none can be used, for scales that are missing, have another shape or are
  ///   no positive numbers, and for weights beyond `Quantisation.weightLimit`.
  func quantisation(of graph: Graph) throws(ModelError) -> Quantisation? {
    let owners = graph.scaleOwners
    var result = Quantisation(record: description.quantisationRecord)
    for (node, convolution) in graph.convolutions {
      let name = "\(convolution.parameters).weight"
      let stepsName = Quantisation.TensorName.weightSteps(of: convolution.parameters)
      guard let stored = tensors[name], stored.elementType == .int8 || tensors[stepsName] != nil else { continue }
      let limit = Float(Quantisation.weightLimit)
      if stored.elementType != .int8 {
        result.keepsWeights = true
        result.biases[convolution.parameters] = try numbers(
          Quantisation.TensorName.bias(of: convolution.parameters), count: convolution.outputChannels)
      } else if let worst = try stored.floats().first(where: { abs($0) > limit }) {
        throw ModelError(.mismatch, "\(name): expected integers up to \(Int(limit)), file has \(Int(worst))")
      }
      result.weights[convolution.parameters] = try steps(stepsName, count: convolution.outputChannels)
      if node.inputs[0] == 0 { continue }
      let owner = graph.nodes[owners[node.inputs[0]]].name
      if result.activations[owner] == nil { result.activations[owner] = try scale(of: owner) }
    }
    if result.keepsWeights, let mixed = graph.convolutions.first(where: { isInt8($0.convolution) }) {
      throw ModelError(
        .mismatch, "\(mixed.convolution.parameters).weight: expected original weights as in other layers")
    }
    if !result.weights.isEmpty { return result }
    guard result.record.isEmpty else {
      throw ModelError(.mismatch, "calls itself quantised, but every weight in it is a real number")
    }
    return nil
  }

  private func isInt8(_ convolution: Graph.Convolution) -> Bool {
    tensors["\(convolution.parameters).weight"]?.elementType == .int8
  }

  private func scale(of node: String) throws(ModelError) -> Quantisation.Scale {
    let step = try steps(Quantisation.TensorName.step(of: node), count: 1)[0]
    let name = Quantisation.TensorName.zeroPoint(of: node)
    guard let stored = tensors[name] else { throw ModelError(.mismatch, "lacks '\(name)'") }
    guard stored.elementType == .uint8, stored.elementCount == 1 else {
      throw ModelError(
        .mismatch,
        "\(name): expected one number of type U8, file has \(stored.elementCount) of \(stored.elementType.rawValue)")
    }
    return Quantisation.Scale(step: step, zeroPoint: UInt8(try stored.floats()[0]))
  }

  /// `count` positive numbers of a size that can be divided by.
  private func steps(_ name: String, count: Int) throws(ModelError) -> [Float] {
    let values = try numbers(name, count: count)
    guard let wrong = values.first(where: { !(1e-15...1e15 ~= $0) }) else { return values }
    throw ModelError(.mismatch, "\(name): expected scales above 0, file has \(wrong)")
  }

  /// `count` finite numbers.
  private func numbers(_ name: String, count: Int) throws(ModelError) -> [Float] {
    guard let stored = tensors[name] else { throw ModelError(.mismatch, "lacks '\(name)'") }
    guard stored.elementCount == count else {
      throw ModelError(.mismatch, "\(name): expected \(count) scales, file has \(stored.elementCount)")
    }
    do throws(ModelError) { return try stored.floats() } catch {
      throw ModelError(error.code, "\(name): \(error.message)")
    }
  }
}
