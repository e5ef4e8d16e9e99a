/// A tensor of floats, row-major.
public struct WeightTensor: Hashable, Sendable {
  /// Extent of each axis, outermost first.
  public let shape: [Int]
  /// The values; their number is the product of `shape`.
  public var values: [Float]

  /// A tensor of `shape`; traps if the number of `values` differs from its product.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "as many values as the shape asks for")
    self.shape = shape
    self.values = values
  }
}

/// Weights by their state-dict names.
public struct WeightStore: Hashable, Sendable {
  /// Tensors by name, such as `model.0.conv.weight`.
  public var tensors: [String: WeightTensor]

  /// A store of `tensors`.
  public init(_ tensors: [String: WeightTensor] = [:]) { self.tensors = tensors }

  /// The tensor called `name`.
  public subscript(name: String) -> WeightTensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  /// Number of values in all tensors.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.values.count } }
}
