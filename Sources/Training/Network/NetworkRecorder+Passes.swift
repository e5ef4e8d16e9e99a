import GELAN
import OneDNN

/// The forward and backward pass over the graph. Each operation has a file with its forward above its backward.
extension NetworkRecorder {
  /// Records the forward pass of every node.
  mutating func recordForward() throws(OneDNNError) {
    for node in graph.nodes {
      let result: Tape.SymbolID =
        switch node.operation {
        case .input: tape.symbol(fixed: image)
        case .convolution(let convolution): try forward(node, convolution)
        case .sum(let activation): try forwardSum(node, activation)
        case .concatenation: try forwardConcatenation(node)
        case .slice(let range): try forwardSlice(node, range)
        case .maxPool(let window): try forwardPool(node, .maximum, window)
        case .averagePool(let window): try forwardPool(node, .average, window)
        case .attention(let attention): try forwardAttention(node, attention)
        case .upsample: try forwardUpsample(node)
        }
      values.append(result)
    }
  }

  /// Records the backward pass, last node first, down to the first one with parameters that are learned. A complete
  /// gradient is never changed, so several readers can share its memory.
  mutating func recordBackward() throws(OneDNNError) {
    for node in graph.nodes.reversed() where node.id >= table.firstLearned {
      guard node.id != 0, let gradient = try gathered(node) else { continue }
      switch node.operation {
      case .input: break
      case .convolution(let convolution): try backward(node, convolution, gradient)
      case .sum(let activation): try backwardSum(node, activation, gradient)
      case .concatenation: try backwardConcatenation(node, gradient)
      case .slice(let range): backwardSlice(node, range, gradient)
      case .maxPool(let window): try backwardPool(node, .maximum, window, gradient)
      case .averagePool(let window): try backwardPool(node, .average, window, gradient)
      case .attention(let attention): try backwardAttention(node, attention, gradient)
      case .upsample: try backwardUpsample(node, gradient)
      }
    }
  }

  /// Adds `symbol` to the contributions to the gradient of `node`.
  mutating func add(_ symbol: Tape.SymbolID, to node: Graph.Node.ID) {
    guard node != 0 else { return }
    contributions[node].append(Contribution(symbol: symbol, channels: 0..<graph.nodes[node].channels))
  }

  /// The complete gradient of `node`: the sum of its consumers' contributions; `nil` if there are none.
  private mutating func gathered(_ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID? {
    let all = 0..<node.channels
    var whole = contributions[node.id].filter { $0.channels == all }.map(\.symbol)
    // Adjacent slices make a whole; each set of slices that tiles the channels becomes one concatenation.
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

  /// Channels of `node` that no consumer reads: memory that stays zero.
  private mutating func zero(_ node: Graph.Node, _ range: Range<Int>) throws(OneDNNError) -> Contribution {
    let size = sizes[node.id]
    let layout = try TensorLayout([batch, range.count, size.height, size.width], .f32, format)
    return Contribution(symbol: tape.symbol(fixed: try TensorMemory(layout, on: engine)), channels: range)
  }
}
