extension GraphBuilder {
  /// GELAN: `a = cv1(x)`; halves `a0, a1`; `b1 = block(a1)`, `b2 = block(b1)`, …; `cvN(cat[a0, a1, b1, b2, …])`.
  mutating func gelan(_ name: String, _ input: Graph.Node.ID, _ spec: Aggregation) -> Graph.Node.ID {
    let transition = conv("\(name).cv1", input, spec.transition)
    let half = spec.transition / 2
    let kept = slice("\(name).split0", transition, 0..<half)
    var chain = [kept, slice("\(name).split1", transition, half..<spec.transition)]
    for position in 0..<spec.depth {
      chain.append(computation("\(name).cv\(position + 2)", chain[chain.count - 1], spec.branch, spec.computation))
    }
    let all = concatenate("\(name).concat", chain)
    return conv("\(name).cv\(spec.depth + 2)", all, spec.output)
  }

  private mutating func computation(
    _ name: String, _ input: Graph.Node.ID, _ channels: Int, _ kind: Aggregation.Computation
  ) -> Graph.Node.ID {
    var inner = input
    switch kind {
    case .convolution: return conv(name, input, channels, kernel: 3)
    case .csp(let depth): inner = crossStagePartial("\(name).0", input, channels, depth: depth)
    case .residual(let depth):
      for index in 0..<depth { inner = residual("\(name).0.\(index)", inner, channels) }
    case .dark(let depth):
      for index in 0..<depth { inner = dark("\(name).0.\(index)", inner, channels) }
    case .depthwise(let depth):
      // No dense 3×3 behind it: that alone would be most of the work.
      for index in 0..<depth { inner = separable("\(name).0.\(index)", inner, channels) }
      return inner
    case .attention(let depth):
      for index in 0..<depth { inner = attention("\(name).0.\(index)", inner, channels) }
      return inner
    }
    return conv("\(name).1", inner, channels, kernel: 3)
  }

  /// Cross-stage partial block (RepNCSP): bottlenecks on one half, the other half passes by.
  private mutating func crossStagePartial(
    _ name: String, _ input: Graph.Node.ID, _ channels: Int, depth: Int
  ) -> Graph.Node.ID {
    let half = channels / 2
    var path = conv("\(name).cv1", input, half)
    for index in 0..<depth {
      let inner = reparameterised("\(name).m.\(index).cv1", path, half)
      let outer = conv("\(name).m.\(index).cv2", inner, half, kernel: 3)
      path = sum("\(name).m.\(index)", [path, outer])
    }
    let bypass = conv("\(name).cv2", input, half)
    return conv("\(name).cv3", concatenate("\(name).concat", [path, bypass]), channels)
  }

  /// A 3×3 and a 1×1 convolution side by side while training (RepConvN); one 3×3 convolution once folded.
  private mutating func reparameterised(_ name: String, _ input: Graph.Node.ID, _ channels: Int) -> Graph.Node.ID {
    let wide = conv("\(name).conv1", input, channels, kernel: 3, activation: Graph.Activation.none)
    let narrow = conv("\(name).conv2", input, channels, kernel: 1, activation: Graph.Activation.none)
    return sum(name, [wide, narrow], activation: activation)
  }

  private mutating func residual(_ name: String, _ input: Graph.Node.ID, _ channels: Int) -> Graph.Node.ID {
    let squeezed = conv("\(name).cv1", input, channels / 2)
    let inner = conv("\(name).cv2", squeezed, channels / 2, kernel: 3)
    let outer = conv("\(name).cv3", inner, channels)
    return self.channels(input) == channels ? sum(name, [input, outer]) : outer
  }

  private mutating func dark(_ name: String, _ input: Graph.Node.ID, _ channels: Int) -> Graph.Node.ID {
    let squeezed = conv("\(name).cv1", input, channels / 2)
    let outer = conv("\(name).cv2", squeezed, channels, kernel: 3)
    return self.channels(input) == channels ? sum(name, [input, outer]) : outer
  }

  private mutating func separable(_ name: String, _ input: Graph.Node.ID, _ channels: Int) -> Graph.Node.ID {
    let count = self.channels(input)
    let inner = conv("\(name).cv1", input, count, kernel: 3, groups: count)
    let outer = conv("\(name).cv2", inner, channels)
    return count == channels ? sum(name, [input, outer]) : outer
  }
}
