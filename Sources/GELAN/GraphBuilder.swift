/// Appends primitive nodes to a graph; blocks are extensions of it.
struct GraphBuilder {
  private(set) var nodes: [Graph.Node] = []
  var taps: [String: Graph.Node.ID] = [:]
  var heads: [Graph.Head] = []
  /// Nodes added while this is set belong to the auxiliary branch.
  var isTrainingOnly = false
  /// Activation behind batch normalisation unless a call overrides it.
  let activation: Graph.Activation

  init(activation: Graph.Activation) {
    self.activation = activation
    _ = add("input", .input, [], channels: 3)
  }

  func channels(_ id: Graph.Node.ID) -> Int { nodes[id].channels }

  mutating func add(
    _ name: String, _ operation: Graph.Operation, _ inputs: [Graph.Node.ID], channels: Int
  ) -> Graph.Node.ID {
    let id = nodes.count
    nodes.append(
      Graph.Node(
        id: id, name: name, operation: operation, inputs: inputs, channels: channels, isTrainingOnly: isTrainingOnly))
    return id
  }

  /// Convolution, batch normalisation, activation. `same` padding.
  mutating func conv(
    _ name: String, _ input: Graph.Node.ID, _ outputChannels: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1,
    activation: Graph.Activation? = nil
  ) -> Graph.Node.ID {
    let convolution = Graph.Convolution(
      parameters: "\(name).conv", normalisation: "\(name).bn", inputChannels: channels(input),
      outputChannels: outputChannels, window: .init(kernel: kernel, stride: stride, padding: kernel / 2),
      groups: groups, activation: activation ?? self.activation)
    return add(name, .convolution(convolution), [input], channels: outputChannels)
  }

  /// A 1×1 convolution with bias, without normalisation or activation.
  mutating func projection(
    _ name: String, parameters: String, _ input: Graph.Node.ID, _ outputChannels: Int, groups: Int = 1
  ) -> Graph.Node.ID {
    let convolution = Graph.Convolution(
      parameters: parameters, normalisation: nil, inputChannels: channels(input), outputChannels: outputChannels,
      window: .init(kernel: 1), groups: groups, activation: .none)
    return add(name, .convolution(convolution), [input], channels: outputChannels)
  }

  mutating func concatenate(_ name: String, _ inputs: [Graph.Node.ID]) -> Graph.Node.ID {
    add(name, .concatenation, inputs, channels: inputs.reduce(0) { $0 + channels($1) })
  }

  mutating func slice(_ name: String, _ input: Graph.Node.ID, _ range: Range<Int>) -> Graph.Node.ID {
    add(name, .slice(range), [input], channels: range.count)
  }

  mutating func sum(
    _ name: String, _ inputs: [Graph.Node.ID], activation: Graph.Activation = .none
  ) -> Graph.Node.ID {
    add(name, .sum(activation), inputs, channels: channels(inputs[inputs.count - 1]))
  }

  mutating func upsample(_ name: String, _ input: Graph.Node.ID, factor: Int) -> Graph.Node.ID {
    add(name, .upsample(factor: factor), [input], channels: channels(input))
  }

  func build() -> Graph { Graph(nodes: nodes, taps: taps, heads: heads) }
}
