extension GraphBuilder {
  /// AConv: mean over 2×2 at stride 1, then a 3×3 convolution at stride 2.
  mutating func averageDown(_ name: String, _ input: Graph.Node.ID, _ output: Int) -> Graph.Node.ID {
    conv("\(name).cv1", blurred(name, input), output, kernel: 3, stride: 2)
  }

  /// ADown: after the same mean, half the channels go through a 3×3 convolution at stride 2, the other half through
  /// max-pooling and a 1×1 convolution.
  mutating func splitDown(_ name: String, _ input: Graph.Node.ID, _ output: Int) -> Graph.Node.ID {
    let mean = blurred(name, input)
    let half = channels(input) / 2
    let first = slice("\(name).split0", mean, 0..<half)
    let second = slice("\(name).split1", mean, half..<channels(input))
    let convolved = conv("\(name).cv1", first, output / 2, kernel: 3, stride: 2)
    let pooled = add(
      "\(name).pool", .maxPool(.init(kernel: 3, stride: 2, padding: 1)), [second], channels: channels(second))
    let projected = conv("\(name).cv2", pooled, output / 2)
    return concatenate("\(name).concat", [convolved, projected])
  }

  private mutating func blurred(_ name: String, _ input: Graph.Node.ID) -> Graph.Node.ID {
    add("\(name).mean", .averagePool(.init(kernel: 2)), [input], channels: channels(input))
  }

  /// SPPELAN: a transition, three 5×5 max-pools in a row, and a transition over all four maps.
  mutating func pyramidPooling(
    _ name: String, _ input: Graph.Node.ID, output: Int, hidden: Int
  ) -> Graph.Node.ID {
    var maps = [conv("\(name).cv1", input, hidden)]
    for index in 2...4 {
      maps.append(
        add("\(name).cv\(index)", .maxPool(.init(kernel: 5, padding: 2)), [maps[maps.count - 1]], channels: hidden))
    }
    return conv("\(name).cv5", concatenate("\(name).concat", maps), output)
  }
}
