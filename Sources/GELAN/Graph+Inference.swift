extension Graph {
  /// The part that the main head needs: the auxiliary branch is removed, which does not change the main branch.
  public var mainBranch: Graph {
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    isNeeded[0] = true
    for level in mainHead.levels {
      isNeeded[level.boxes] = true
      isNeeded[level.classes] = true
    }
    for node in nodes.reversed() where isNeeded[node.id] {
      for input in node.inputs { isNeeded[input] = true }
    }
    var copy = self
    copy.heads = [mainHead]
    return copy.keeping { isNeeded[$0.id] ? $0 : nil }
  }

  /// Batch normalisation folded into the convolutions, and parallel 3×3 and 1×1 convolutions (RepConvN) merged into
  /// one.
  ///
  /// The merged convolution's parameters are `<node>.conv.weight` and `.bias`; the others keep their names, with a
  /// bias beside the weight. `ParameterFolding` computes the values.
  public var folded: Graph {
    let consumers = consumers
    var absorbed = Set<Node.ID>()
    var merged: [Node.ID: Convolution] = [:]
    for node in nodes {
      guard let pair = reparameterisedPair(at: node), pair.allSatisfy({ consumers[$0].count == 1 }) else { continue }
      guard case .sum(let activation) = node.operation, case .convolution(var wide) = nodes[pair[0]].operation else {
        continue
      }
      wide.parameters = "\(node.name).conv"
      wide.normalisation = nil
      wide.activation = activation
      merged[node.id] = wide
      absorbed.formUnion(pair)
    }
    return keeping { node in
      if absorbed.contains(node.id) { return nil }
      if let convolution = merged[node.id] {
        return node.with(operation: .convolution(convolution), inputs: nodes[node.inputs[0]].inputs)
      }
      guard case .convolution(var convolution) = node.operation else { return node }
      convolution.normalisation = nil
      return node.with(operation: .convolution(convolution), inputs: node.inputs)
    }
  }

  /// The 3×3 and the 1×1 convolution that `node` adds, if they are a re-parameterisable pair.
  public func reparameterisedPair(at node: Node) -> [Node.ID]? {
    guard case .sum = node.operation, node.inputs.count == 2 else { return nil }
    let operands = node.inputs.map { nodes[$0] }
    guard operands[0].inputs == operands[1].inputs,
      case .convolution(let wide) = operands[0].operation, case .convolution(let narrow) = operands[1].operation,
      wide.activation == .none, narrow.activation == .none, wide.window == Window(kernel: 3, padding: 1),
      narrow.window == Window(kernel: 1), wide.groups == narrow.groups
    else { return nil }
    return node.inputs
  }

  /// The nodes for which `transform` returns one, renumbered; inputs in the results use the old numbering.
  func keeping(_ transform: (Node) -> Node?) -> Graph {
    var renumbered = [Node.ID](repeating: -1, count: nodes.count)
    var kept: [Node] = []
    for node in nodes {
      guard let new = transform(node) else { continue }
      renumbered[node.id] = kept.count
      kept.append(
        Node(
          id: kept.count, name: new.name, operation: new.operation, inputs: new.inputs.map { renumbered[$0] },
          channels: new.channels, isTrainingOnly: new.isTrainingOnly))
    }
    return Graph(
      nodes: kept, taps: taps.mapValues { renumbered[$0] }.filter { $0.value >= 0 },
      heads: heads.map { head in
        Head(
          levels: head.levels.map {
            .init(boxes: renumbered[$0.boxes], classes: renumbered[$0.classes], stride: $0.stride)
          },
          classCount: head.classCount, bins: head.bins, projection: head.projection,
          isTrainingOnly: head.isTrainingOnly)
      })
  }
}

extension Graph.Node {
  func with(operation: Graph.Operation, inputs: [Int]) -> Graph.Node {
    Graph.Node(
      id: id, name: name, operation: operation, inputs: inputs, channels: channels, isTrainingOnly: isTrainingOnly)
  }
}
