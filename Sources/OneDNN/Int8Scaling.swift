import COneDNN

/// Scales and zero points of the int8 values that a primitive reads or writes.
///
/// oneDNN takes some of them when a primitive is created and some when it runs; versions 2.x and 3.x differ in which.
package struct Int8Scaling: Hashable, Sendable {
  /// Factors that multiply the sums of a convolution (one per output channel) or the values of a reorder (one).
  package var factors: [Float]
  /// Zero point of the source.
  package var sourceZero: UInt8?
  /// Zero point of the destination (reorder only).
  package var destinationZero: UInt8?

  /// Multiplies by `factors`; zero points are 0 unless given.
  package init(factors: [Float], sourceZero: UInt8? = nil, destinationZero: UInt8? = nil) {
    self.factors = factors
    self.sourceZero = sourceZero
    self.destinationZero = destinationZero
  }

  /// The bias to pass to a convolution so that it adds `bias`: version 2.x multiplies it by the factors, too.
  package func bias(_ bias: [Float]) -> [Float] {
    yolostream_bias_is_scaled() != 0 ? zip(bias, factors).map { $0 / $1 } : bias
  }

  private var zeros: [(argument: Int32, number: UInt8)] {
    [(DNNL_ARG_SRC, sourceZero), (DNNL_ARG_DST, destinationZero)].compactMap { argument, number in
      number.map { (argument, $0) }
    }
  }

  /// Sets the attributes of a convolution or a reorder.
  func apply(to attributes: dnnl_primitive_attr_t, of kind: Kind) throws(OneDNNError) {
    try unsafe check(
      yolostream_attr_scales(attributes, kind.scaling, Int64(factors.count), factors), "factors of int8 values")
    for zero in zeros {
      try unsafe check(
        yolostream_attr_zero(attributes, zero.argument, Int32(zero.number)), "a zero point")
    }
  }

  /// The kind of primitive.
  enum Kind {
    case reorder
    case convolution, groupedConvolution

    var scaling: yolostream_scaling {
      switch self {
      case .reorder: yolostream_scales_values
      case .convolution: yolostream_scales_channels
      case .groupedConvolution: yolostream_scales_grouped_channels
      }
    }
  }

  /// Operands to bind in addition to those of the primitive.
  package func operands(isReorder: Bool = false, on engine: Engine) throws(OneDNNError) -> [(
    Primitive.Argument, TensorMemory
  )] {
    let memory = try TensorMemory(try TensorLayout([factors.count]), on: engine)
    memory.fill(with: factors)
    var operands: [(Primitive.Argument, TensorMemory)] = [(isReorder ? .valueFactor : .channelFactors, memory)]
    for zero in zeros {
      let memory = try TensorMemory(try TensorLayout([1], .s32), on: engine)
      unsafe memory.withElements(of: Int32.self) { unsafe $0[0] = Int32(zero.number) }
      operands.append((zero.argument == DNNL_ARG_SRC ? .sourceZero : .destinationZero, memory))
    }
    return operands
  }
}
