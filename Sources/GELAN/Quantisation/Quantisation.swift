/// The int8 form of a network: weights are signed, values between layers (activations) unsigned 8-bit integers.
public struct Quantisation: Hashable, Sendable {
  /// How the 8-bit integers of a tensor map to values: `(integer - zeroPoint) · step`.
  public struct Scale: Hashable, Sendable {
    /// Step size, the difference of the values of neighbouring integers (called `scale` elsewhere); positive.
    public var step: Float
    /// The integer that stands for 0.
    public var zeroPoint: UInt8

    /// A scale with this step size and zero point.
    public init(step: Float, zeroPoint: UInt8) {
      self.step = step
      self.zeroPoint = zeroPoint
    }

    /// The scale of an image, whose bytes stand for 0…1. Files do not store it.
    public static let image = Scale(step: 1 / 255, zeroPoint: 0)

    /// The scale that covers `low...high`, widened to include 0; NaN is taken as 0, which is why 0 comes first.
    public init(low: Float, high: Float) {
      let low = min(0, low), high = max(0, high)
      step = max((high - low) / 255, 1e-9)
      zeroPoint = UInt8(min(max(0, (-low / step).rounded()), 255))
    }

    /// `value` quantised and dequantised.
    public func rounded(_ value: Float) -> Float {
      let number = (value / step).rounded(.toNearestOrEven) + Float(zeroPoint)
      return (min(max(number, 0), 255) - Float(zeroPoint)) * step
    }
  }

  /// Largest magnitude of a quantised weight. Processors without VNNI add two products of neighbouring channels with
  /// saturation to 16 bits; 2 · 255 · 64 just fits.
  public static let weightLimit = 64

  /// Scale of each group of activations, by the name of its first node (`Graph.scaleOwners`).
  public var activations: [String: Scale]
  /// Step sizes of the weights of each output channel, by the convolution's parameters. Convolutions that are missing
  /// here run in floating point.
  public var weights: [String: [Float]]
  /// Whether the model keeps its original weights, which int8 rounds when it is compiled. Otherwise the weights are
  /// rounded already, for every precision.
  public var keepsWeights = false
  /// Bias of each convolution in int8 if original weights are kept, corrected for the mean error of rounding them.
  public var biases: [String: [Float]] = [:]
  /// How the quantisation was made, for `model info`.
  public var record: [String: String]

  /// A quantisation by these scales.
  public init(activations: [String: Scale] = [:], weights: [String: [Float]] = [:], record: [String: String] = [:]) {
    self.activations = activations
    self.weights = weights
    self.record = record
  }

  /// The scale of each node's result; `nil` for results that no int8 convolution reads, which stay in floating point,
  /// and for the image, whose scale is `Scale.image`.
  public func scales(of graph: Graph) -> [Scale?] {
    let owners = graph.scaleOwners
    let whole = graph.quantisable.filter { weights[$0.convolution.parameters] != nil }
    let read = Set(whole.map { owners[$0.node.inputs[0]] })
    return owners.map { read.contains($0) ? activations[graph.nodes[$0].name] : nil }
  }
}
