public import GELAN

/// The parameters of a network, and where each tensor is in one flat buffer of floats.
///
/// Weights, gradients, momentum and averages share one table, so an optimiser step is one loop over flat memory.
/// Every tensor starts at a cache line; the gaps stay zero.
public struct ParameterTable: Hashable, Sendable {
  /// What a tensor is for; the optimiser treats them differently.
  public enum Role: Hashable, Sendable {
    /// Convolution kernel: has weight decay.
    case weight
    /// Scale of a batch normalisation: no weight decay.
    case scale
    /// Bias of a convolution or shift of a normalisation: no weight decay, its own warm-up rate.
    case bias
    /// Running mean or variance: not learned, only averaged.
    case statistic
  }

  /// One tensor.
  public struct Entry: Hashable, Sendable {
    /// State-dict name.
    public let name: String
    /// Shape, outermost first.
    public let shape: [Int]
    /// What it is for.
    public let role: Role
    /// Its range in the flat buffer.
    public let range: Range<Int>
  }

  /// The learned tensors, then the statistics.
  public private(set) var entries: [Entry] = []
  /// Length of the flat buffer.
  public private(set) var count = 0
  private var positions: [String: Int] = [:]

  /// The tensors of `graph`, named as in published checkpoints.
  public init(graph: Graph) {
    for (_, convolution) in graph.convolutions {
      add("\(convolution.parameters).weight", convolution.weightShape, .weight)
      let channels = [convolution.outputChannels]
      if let normalisation = convolution.normalisation {
        add("\(normalisation).weight", channels, .scale)
        add("\(normalisation).bias", channels, .bias)
        add("\(normalisation).running_mean", channels, .statistic)
        add("\(normalisation).running_var", channels, .statistic)
      } else {
        add("\(convolution.parameters).bias", channels, .bias)
      }
    }
  }

  private mutating func add(_ name: String, _ shape: [Int], _ role: Role) {
    let size = shape.reduce(1, *)
    positions[name] = entries.count
    entries.append(Entry(name: name, shape: shape, role: role, range: count..<count + size))
    count = (count + size + 15) / 16 * 16
  }

  /// The tensor called `name`.
  public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }
}
