import COneDNN

/// What the int8 values that a primitive reads or writes stand for.
///
/// The library wants it partly when a primitive is made and partly when it runs, and 2.x and 3.x disagree on which.
public struct WholeNumbers: Hashable, Sendable {
  /// What sums (of a convolution, one factor a channel) or values (of a reorder, one factor) are multiplied by.
  public var factors: [Float]
  /// The number in the source that stands for 0.
  public var sourceZero: UInt8?
  /// The number in the destination that stands for 0 (a reorder only).
  public var destinationZero: UInt8?

  /// Numbers that become `factors` times as large.
  public init(factors: [Float], sourceZero: UInt8? = nil, destinationZero: UInt8? = nil) {
    self.factors = factors
    self.sourceZero = sourceZero
    self.destinationZero = destinationZero
  }

  /// What a convolution's bias must hold to add `bias` in the end: 2.x multiplies it by the factors as well.
  public func bias(_ bias: [Float]) -> [Float] {
    yolostream_bias_is_scaled() != 0 ? zip(bias, factors).map { $0 / $1 } : bias
  }

  private var zeros: [(argument: Int32, number: UInt8)] {
    [(DNNL_ARG_SRC, sourceZero), (DNNL_ARG_DST, destinationZero)].compactMap { argument, number in
      number.map { (argument, $0) }
    }
  }

  /// Puts it into the attributes of a convolution with weights of `groups`, or of a reorder.
  func apply(to attributes: dnnl_primitive_attr_t, of kind: Kind) throws(OneDNNError) {
    try unsafe check(
      yolostream_attr_scales(attributes, kind.scaling, Int64(factors.count), factors), "factors of int8 values")
    for zero in zeros {
      try unsafe check(
        yolostream_attr_zero(attributes, zero.argument, Int32(zero.number)), "a number that stands for 0")
    }
  }

  /// What computes with them.
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

  /// Operands to bind beside those of the primitive.
  public func operands(isReorder: Bool = false, on engine: Engine) throws(OneDNNError) -> [(
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
