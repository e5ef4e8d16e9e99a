/// How a network computes in whole numbers of eight bits: weights as signed ones, the values between layers as unsigned ones.
public struct Quantisation: Hashable, Sendable {
  /// What the eight bits of a tensor stand for: `(number - zeroPoint) · step`.
  public struct Scale: Hashable, Sendable {
    /// Distance of neighbouring numbers; positive.
    public var step: Float
    /// The number that stands for 0.
    public var zeroPoint: UInt8

    /// Numbers `step` apart.
    public init(step: Float, zeroPoint: UInt8) {
      self.step = step
      self.zeroPoint = zeroPoint
    }

    /// The scale whose numbers reach from `low` to `high`, widened so that 0 is one of them.
    public init(low: Float, high: Float) {
      let low = min(low, 0), high = max(high, 0)
      step = max((high - low) / 255, 1e-9)
      zeroPoint = UInt8(min(max((-low / step).rounded(), 0), 255))
    }

    /// The nearest value that a number stands for.
    public func rounded(_ value: Float) -> Float {
      let number = (value / step).rounded(.toNearestOrEven) + Float(zeroPoint)
      return (min(max(number, 0), 255) - Float(zeroPoint)) * step
    }
  }

  /// Largest magnitude of a weight. Processors without VNNI add two products of neighbouring channels in 16 bits and cut
  /// what is too large: 2 · 255 · 64 is just not.
  public static let weightLimit = 64

  /// Scale of the tensors of each group, by the name of the node that stands for it (`Graph.scaleOwners`).
  public var activations: [String: Scale]
  /// Step of the weights of each output channel, by the convolution's parameters. A convolution that is not here computes in
  /// real numbers.
  public var weights: [String: [Float]]
  /// Whether the weights that come with it are the original ones, which int8 rounds to multiples of their steps; otherwise
  /// they are those multiples already, and every precision computes with them.
  public var keepsWeights = false
  /// Bias of each convolution in int8 where the original weights are kept, corrected for what rounding them adds on average.
  public var biases: [String: [Float]] = [:]
  /// How it was made, in words.
  public var record: [String: String]

  /// A quantisation by these scales.
  public init(activations: [String: Scale] = [:], weights: [String: [Float]] = [:], record: [String: String] = [:]) {
    self.activations = activations
    self.weights = weights
    self.record = record
  }

  /// The scale of each node's result; `nil` where it is kept as real numbers because nothing reads it as whole ones.
  public func scales(of graph: Graph) -> [Scale?] {
    let owners = graph.scaleOwners
    let whole = graph.quantisable.filter { weights[$0.convolution.parameters] != nil }
    let read = Set(whole.map { owners[$0.node.inputs[0]] })
    return owners.map { read.contains($0) ? activations[graph.nodes[$0].name] : nil }
  }
}
