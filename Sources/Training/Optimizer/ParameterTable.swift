package import GELAN

/// The parameters of a network, and where each tensor is in one flat buffer of floats.
///
/// Weights, gradients, momentum and averages share one table, so an optimiser step is one loop over flat memory.
/// Every tensor starts at a cache line; the gaps stay zero.
package struct ParameterTable: Hashable, Sendable {
  /// What a tensor is for; the optimiser treats them differently.
  package enum Role: Hashable, Sendable {
    /// Convolution kernel: has weight decay.
    case weight
    /// Scale of a batch normalisation: no weight decay.
    case scale
    /// Bias of a convolution or shift of a normalisation: no weight decay, its own warm-up rate.
    case bias
    /// Running mean or variance: not learned, only averaged.
    case statistic
    /// A weight, scale, bias or shift that keeps its value.
    case frozen
  }

  /// One tensor.
  package struct Entry: Hashable, Sendable {
    /// State-dict name.
    package let name: String
    /// Shape, outermost first.
    package let shape: [Int]
    /// What it is for.
    package let role: Role
    /// Its range in the flat buffer.
    package let range: Range<Int>
  }

  /// The learned tensors, then the statistics.
  package private(set) var entries: [Entry] = []
  /// Length of the flat buffer.
  package private(set) var count = 0
  private var positions: [String: Int] = [:]

  /// The first node whose parameters are learned; gradients are not needed before it.
  package private(set) var firstLearned = 0

  /// The tensors of `graph`, named as in published checkpoints; those of the first `frozenRows` rows of the network are
  /// frozen.
  package init(graph: Graph, frozenRows: Int = 0) {
    firstLearned = graph.convolutions.first { $0.node.row >= frozenRows }?.node.id ?? graph.nodes.count
    for (node, convolution) in graph.convolutions {
      let isFrozen = node.row < frozenRows
      func role(_ learned: Role) -> Role { isFrozen ? .frozen : learned }
      add("\(convolution.parameters).weight", convolution.weightShape, role(.weight))
      let channels = [convolution.outputChannels]
      if let normalisation = convolution.normalisation {
        add("\(normalisation).weight", channels, role(.scale))
        add("\(normalisation).bias", channels, role(.bias))
        add("\(normalisation).running_mean", channels, .statistic)
        add("\(normalisation).running_var", channels, .statistic)
      } else {
        add("\(convolution.parameters).bias", channels, role(.bias))
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
  package subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }
}

extension Graph.Node {
  /// The row of the network's table it belongs to: 4 for `model.4.cv2`.
  fileprivate var row: Int {
    let parts = name.split(separator: ".")
    return parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  }
}
