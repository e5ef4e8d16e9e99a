public import GELAN
import JSON

extension InferenceModel {
  /// Writes the network to a self-describing safetensors file at `path`, numbers as `elementType` (`float32` or
  /// `float16`), quantised weights as int8 with their scales, or as they are beside these if the quantisation keeps them.
  ///
  /// - Parameters:
  ///   - licence: what is known of the licence of the weights.
  ///   - origin: where they come from, in words.
  public func write(
    to path: String, elementType: ElementType = .float32, licence: String?, origin: String
  ) throws(ModelError) {
    typealias Key = Checkpoint.Description.Key
    let head = graph.mainHead
    var metadata = [
      Key.format: Checkpoint.Description.formatName,
      Key.architecture: spec.name,
      Key.classes: JSONValue.strings(classNames).text,
      Key.strides: JSONValue.array(head.levels.map { .integer($0.stride) }).text,
      Key.activation: spec.activation.name,
      Key.licence: licence ?? "unknown",
      Key.origin: origin,
      "head": "box groups \(spec.headStyle.boxGroups), class width \(classWidth)",
      "nc": String(spec.classCount),
      "reg_max": String(head.bins),
    ]
    if let imageSize { metadata[Key.imageSize] = String(imageSize) }
    metadata["layout"] = "folded: no batch normalisation, re-parameterised branches merged"
    for (key, text) in quantisation?.record ?? [:] { metadata[Quantisation.recordPrefix + key] = text }
    var entries = quantisedEntries
    let quantised = Set(entries.map(\.name))
    entries += weights.tensors.filter { !quantised.contains($0.key) }.map {
      SafetensorsFile.Entry(name: $0.key, tensor: $0.value, elementType: elementType)
    }
    let projection = WeightTensor(shape: [1, head.bins, 1, 1], values: (0..<head.bins).map(Float.init))
    entries.append(.init(name: head.projection, tensor: projection, elementType: elementType))
    try SafetensorsFile.write(entries, metadata: metadata, to: path)
  }

  /// Throws `.unwritable` if no file could be written to `path`; nothing is left there.
  public static func expectWritable(_ path: String) throws(ModelError) { _ = try NewFile(path: path) }

  /// `float16` if every weight is a half exactly, otherwise `float32`: what keeps them as they are.
  public var exactElementType: ElementType {
    let isExact = weights.tensors.values.allSatisfy { tensor in
      tensor.values.allSatisfy(ElementType.isHalf)
    }
    return isExact ? .float16 : .float32
  }

  /// int8 weights and all scales.
  private var quantisedEntries: [SafetensorsFile.Entry] {
    guard let quantisation else { return [] }
    typealias Name = Quantisation.TensorName
    var entries: [SafetensorsFile.Entry] = []
    func add(_ name: String, _ shape: [Int], _ values: [Float], as type: ElementType = .float32) {
      entries.append(.init(name: name, tensor: WeightTensor(shape: shape, values: values), elementType: type))
    }
    for (parameters, steps) in quantisation.weights {
      guard let tensor = weights["\(parameters).weight"] else { continue }
      if quantisation.keepsWeights {
        if let bias = quantisation.biases[parameters] { add(Name.bias(of: parameters), [bias.count], bias) }
      } else {
        add("\(parameters).weight", tensor.shape, tensor.quantised(by: steps).map(Float.init), as: .int8)
      }
      add(Name.weightSteps(of: parameters), [steps.count], steps)
    }
    for (node, scale) in quantisation.activations {
      add(Name.step(of: node), [1], [scale.step])
      add(Name.zeroPoint(of: node), [1], [Float(scale.zeroPoint)], as: .uint8)
    }
    return entries
  }
}
