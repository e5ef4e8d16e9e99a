extension Graph {
  /// The convolutions that can run in int8: all of them. Predictions are written as f32.
  public var quantisable: [(node: Node, convolution: Convolution)] { convolutions }

  /// For a sum `x + f(x)` whose second operand is a convolution that no other node reads: `x` and the convolution,
  /// which then also performs the addition.
  public func fusedSum(at node: Node) -> (addend: Node.ID, convolution: Node.ID)? {
    guard case .sum(.none) = node.operation, node.inputs.count == 2 else { return nil }
    let (addend, last) = (node.inputs[0], node.inputs[1])
    // The addend must be computed before the convolution.
    guard addend < last, case .convolution = nodes[last].operation,
      nodes.allSatisfy({ $0.id == node.id || !$0.inputs.contains(last) })
    else { return nil }
    return (addend, last)
  }

  /// For each node the first node of the group that shares its scale. Operations that only move or compare values
  /// keep their scale, so the inputs of a concatenation, the input and output of a max-pooling, and `x` and `x +
  /// f(x)` form one group.
  public var scaleOwners: [Node.ID] {
    var owner = nodes.map(\.id)
    func root(_ id: Node.ID) -> Node.ID {
      var id = id
      while owner[id] != id { id = owner[id] }
      return id
    }
    func join(_ a: Node.ID, _ b: Node.ID) {
      let (a, b) = (root(a), root(b))
      owner[max(a, b)] = min(a, b)
    }
    for node in nodes {
      switch node.operation {
      case .slice, .maxPool, .averagePool, .upsample, .concatenation:
        for input in node.inputs { join(input, node.id) }
      case .sum: if let sum = fusedSum(at: node) { join(sum.addend, node.id) }
      case .input, .convolution, .attention: break
      }
    }
    return nodes.map { root($0.id) }
  }
}
