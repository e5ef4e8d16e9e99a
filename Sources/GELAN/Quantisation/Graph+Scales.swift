extension Graph {
  /// The convolutions that may compute in whole numbers: all but those that read the picture and those that predict.
  public var quantisable: [(node: Node, convolution: Convolution)] {
    let predictions = Set(mainHead.levels.flatMap { [$0.boxes, $0.classes] })
    return convolutions.filter { !predictions.contains($0.node.id) && $0.node.inputs[0] != 0 }
  }

  /// For a sum `x + f(x)` whose second operand is a convolution that nobody else reads: `x` and the convolution. The
  /// addition is then the convolution's last act.
  public func fusedSum(at node: Node) -> (addend: Node.ID, convolution: Node.ID)? {
    guard case .sum(.none) = node.operation, node.inputs.count == 2 else { return nil }
    let (addend, last) = (node.inputs[0], node.inputs[1])
    // What is added must be there before the convolution runs.
    guard addend < last, case .convolution = nodes[last].operation,
      nodes.allSatisfy({ $0.id == node.id || !$0.inputs.contains(last) })
    else { return nil }
    return (addend, last)
  }

  /// For each node the first of those whose results share its scale: what is only moved or compared keeps its numbers, so
  /// the parts of a concatenation, a window and its maximum, `x` and `x + f(x)` are one group.
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
      case .picture, .convolution: break
      }
    }
    return nodes.map { root($0.id) }
  }
}
