extension Graph {
  /// What is needed for the main head alone: the auxiliary branch goes, at no cost to what remains.
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

  /// Batch normalisation folded into biases, and a 3×3 with a 1×1 convolution beside it (RepConvN) merged into one.
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

  /// The 3×3 and the 1×1 convolution that `node` adds up, if it is a re-parameterisable pair.
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

  /// The nodes for which `transform` gives one, renumbered; operands of the results are in the old numbering.
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
