import GELAN
import OneDNN

/// Type of the elements of a tensor in memory; `Checkpoints` has another type of this name.
typealias MapElement = OneDNN.ElementType

/// The data types a network is computed with: which activations are int8, and the type of the others.
struct Arithmetic: Sendable {
  /// Type of the activations that are not int8: f32, or bf16 with the kernels of this package.
  var real = MapElement.f32
  /// The int8 scales, if any.
  var quantisation: Quantisation?
  /// Whether int8 runs on the dot-product kernels of this package rather than on oneDNN.
  var usesDots = false

  /// The data types a step requires.
  enum Operands {
    /// Any type; the step only moves values.
    case any
    /// The first input has this type; the result may have any.
    case first(MapElement)
    /// All inputs and the result have this type.
    case all(MapElement)
  }

  /// Type of each node's result in memory, and its scale if it is int8.
  func elements(of graph: Graph) -> [(MapElement, Quantisation.Scale?)] {
    let scales = quantisation?.scales(of: graph)
    // Predictions are always f32.
    let predictions = Set(graph.mainHead.levels.flatMap { [$0.boxes, $0.classes] })
    return graph.nodes.map { node in
      if node.id == 0 { return (readsBytes(graph) ? .u8 : .f32, nil) }
      if let scale = scales?[node.id] { return (.u8, scale) }
      return (predictions.contains(node.id) ? .f32 : real, nil)
    }
  }

  /// Whether the image is stored as bytes: the kernels multiply them in int8, or convert them to bf16, which represents
  /// 0…255 exactly.
  private func readsBytes(_ graph: Graph) -> Bool {
    graph.convolutions.allSatisfy { node, convolution in
      node.inputs[0] != 0 || dotElement(of: convolution, outputs: convolution.outputChannels, isImage: true) != nil
    }
  }

  /// Type that a dot-product kernel of this package multiplies in `outputs` channels of `convolution`; `nil` if none
  /// supports it.
  func dotElement(of convolution: Graph.Convolution, outputs: Int, isImage: Bool = false) -> MapElement? {
    guard usesDots else { return nil }
    func supports(_ element: MapElement) -> Bool {
      KernelTable.supports(convolution, outputs: outputs, reads: element, isImage: isImage)
    }
    let isInt8 = quantisation?.weights[convolution.parameters] != nil
    if isInt8, supports(.u8) { return .u8 }
    return (!isInt8 || isImage) && real == .bf16 && supports(.bf16) ? .bf16 : nil
  }

  /// The data types that `step` requires.
  func operands(of step: NetworkLowering.Step) -> Operands {
    switch step.kind {
    case .convolution(let convolution, let rows, _, _):
      if let element = dotElement(of: convolution, outputs: rows.count, isImage: step.inputs[0] == 0) {
        return .first(element)
      }
      // oneDNN needs u8 input for int8 convolutions, and f32 for all others.
      let isInt8 = quantisation?.weights[convolution.parameters] != nil && step.inputs[0] != 0
      return !usesDots && isInt8 ? .first(.u8) : .all(.f32)
    case .sum, .attention: return .all(.f32)
    case .pooling, .upsample, .concatenation, .copy, .conversion: return .any
    }
  }
}

extension CompilationOptions {
  /// The data types of a network with these options.
  func arithmetic(_ quantisation: Quantisation?) -> Arithmetic {
    switch precision {
    case .f32: return Arithmetic()
    case .bf16: return Arithmetic(real: .bf16, usesDots: true)
    case .int8:
      let usesDots = resolvedOrder == .blocked8
      return Arithmetic(
        real: usesDots && Precision.bf16.isNative ? .bf16 : .f32, quantisation: quantisation, usesDots: usesDots)
    }
  }
}

extension CompilationOptions.Precision {
  /// Whether this processor has instructions for this type that are faster than f32.
  public var isNative: Bool {
    switch self {
    case .f32: true
    case .bf16: KernelTable.reads(.bf16)
    case .int8: KernelTable.reads(.u8)
    }
  }
}
