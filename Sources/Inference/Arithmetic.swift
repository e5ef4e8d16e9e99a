import GELAN
import OneDNN

/// What a tensor in memory holds; checkpoints have a type of that name, too.
typealias MapElement = OneDNN.ElementType

/// What a network computes with: which values between its layers are whole numbers, and what the others are.
struct Arithmetic: Sendable {
  /// Element of values that are no whole numbers: f32, or bf16 by this package's dot products.
  var real = MapElement.f32
  /// Scales of those that are.
  var quantisation: Quantisation?
  /// Whether whole numbers are computed by this package's dot products rather than by the library.
  var usesDots = false

  /// What a step computes with.
  enum Operands {
    /// Whatever its operands hold.
    case any
    /// The first operand holds this element; the result may hold any.
    case first(MapElement)
    /// All operands and the result hold this element.
    case all(MapElement)
  }

  /// What each node's result holds in memory, and the scale of whole numbers.
  func elements(of graph: Graph) -> [(MapElement, Quantisation.Scale?)] {
    let scales = quantisation?.scales(of: graph)
    // Predictions are read as f32 whatever the network computes in.
    let predictions = Set(graph.mainHead.levels.flatMap { [$0.boxes, $0.classes] })
    return graph.nodes.map { node in
      if node.id == 0 { return (readsBytes(graph) ? .u8 : .f32, nil) }
      if let scale = scales?[node.id] { return (.u8, scale) }
      return (predictions.contains(node.id) ? .f32 : real, nil)
    }
  }

  /// Whether the picture comes as bytes: values 0…255 lose nothing as bf16, and dot products make that of them themselves.
  private func readsBytes(_ graph: Graph) -> Bool {
    real == .bf16
      && graph.convolutions.allSatisfy { node, convolution in
        node.inputs[0] != 0
          || KernelTable.supports(
            convolution, outputs: convolution.outputChannels, reads: .bf16, isImage: true)
      }
  }

  /// What dot products of this package multiply to compute `outputs` channels of `convolution`; `nil` if they do not.
  func dotElement(of convolution: Graph.Convolution, outputs: Int, isPicture: Bool = false) -> MapElement? {
    guard usesDots else { return nil }
    let element: MapElement = quantisation?.weights[convolution.parameters] != nil ? .u8 : .bf16
    guard element == .u8 || real == .bf16 else { return nil }
    return KernelTable.supports(convolution, outputs: outputs, reads: element, isImage: isPicture) ? element : nil
  }

  /// What `step` computes with.
  func operands(of step: NetworkLowering.Step) -> Operands {
    switch step.kind {
    case .convolution(let convolution, let rows, _, _):
      if let element = dotElement(of: convolution, outputs: rows.count, isPicture: step.inputs[0] == 0) {
        return .first(element)
      }
      // The library computes whole numbers in its own way, and real ones that are f32.
      return !usesDots && quantisation?.weights[convolution.parameters] != nil ? .first(.u8) : .all(.f32)
    case .sum: return .all(.f32)
    case .pooling, .upsample, .concatenation, .copy, .conversion: return .any
    }
  }
}

extension CompilationOptions {
  /// What a network of these options computes with.
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
  /// Whether this processor has instructions that multiply such numbers faster than f32.
  public var isNative: Bool {
    switch self {
    case .f32: true
    case .bf16: KernelTable.reads(.bf16)
    case .int8: KernelTable.reads(.u8)
    }
  }
}
