import GELAN
import OneDNN

/// The two passes over the graph. What each operation does in them stands in a file of its own, forward above backward.
extension NetworkRecorder {
  /// Records the forward pass of every node.
  mutating func recordForward() throws(OneDNNError) {
    for node in graph.nodes {
      let result: Tape.SymbolID =
        switch node.operation {
        case .picture: tape.symbol(fixed: picture)
        case .convolution(let convolution): try forward(node, convolution)
        case .sum(let activation): try forwardSum(node, activation)
        case .concatenation: try forwardConcatenation(node)
        case .slice(let range): try forwardSlice(node, range)
        case .maxPool(let window): try forwardPool(node, .maximum, window)
        case .averagePool(let window): try forwardPool(node, .average, window)
        case .upsample: try forwardUpsample(node)
        }
      values.append(result)
    }
  }

  /// Records the backward pass, last node first. A tensor's gradient is never changed once it is complete, so that one
  /// memory can serve several readers.
  mutating func recordBackward() throws(OneDNNError) {
    for node in graph.nodes.reversed() {
      guard node.id != 0, let gradient = try gathered(node) else { continue }
      switch node.operation {
      case .picture: break
      case .convolution(let convolution): try backward(node, convolution, gradient)
      case .sum(let activation): try backwardSum(node, activation, gradient)
      case .concatenation: try backwardConcatenation(node, gradient)
      case .slice(let range): backwardSlice(node, range, gradient)
      case .maxPool(let window): try backwardPool(node, .maximum, window, gradient)
      case .averagePool(let window): try backwardPool(node, .average, window, gradient)
      case .upsample: try backwardUpsample(node, gradient)
      }
    }
  }

  /// Adds `symbol` to what the gradient of `node` is the sum of.
  mutating func add(_ symbol: Tape.SymbolID, to node: Graph.Node.ID) {
    guard node != 0 else { return }
    contributions[node].append(Contribution(symbol: symbol, channels: 0..<graph.nodes[node].channels))
  }

  /// The whole gradient of `node`: the sum of what its consumers gave; nothing if no consumer gave any.
  private mutating func gathered(_ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID? {
    let all = 0..<node.channels
    var whole = contributions[node.id].filter { $0.channels == all }.map(\.symbol)
    // Slices side by side make a whole; each set of slices that tiles the channels becomes one concatenation.
    var parts = contributions[node.id].filter { $0.channels != all }.sorted {
      $0.channels.lowerBound < $1.channels.lowerBound
    }
    while !parts.isEmpty {
      var row: [Contribution] = []
      var rest: [Contribution] = []
      var end = 0
      for part in parts {
        guard part.channels.lowerBound >= end else {
          rest.append(part)
          continue
        }
        if part.channels.lowerBound > end { row.append(try zero(node, end..<part.channels.lowerBound)) }
        row.append(part)
        end = part.channels.upperBound
      }
      if end < node.channels { row.append(try zero(node, end..<node.channels)) }
      whole.append(try concatenated(row.map(\.symbol), node))
      parts = rest
    }
    guard whole.count > 1 else { return whole.first }
    return try added(whole, node)
  }

  /// Channels of `node` that no consumer read: memory that stays zero.
  private mutating func zero(_ node: Graph.Node, _ range: Range<Int>) throws(OneDNNError) -> Contribution {
    let size = sizes[node.id]
    let layout = try TensorLayout([batch, range.count, size.height, size.width], .f32, format)
    return Contribution(symbol: tape.symbol(fixed: try TensorMemory(layout, on: engine)), channels: range)
  }
}
