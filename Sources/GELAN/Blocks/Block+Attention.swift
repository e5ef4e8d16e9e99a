extension GraphBuilder {
  /// A transformer block on a feature map: self-attention within windows, then two 1×1 convolutions, each with a skip.
  ///
  /// Windows keep the work proportional to the size of the map (Liu et al., Swin Transformer, arXiv:2103.14030). Where a
  /// position is in the map comes from a depthwise convolution of the values, which also reaches across the borders of
  /// windows. Normalisations are those of convolutions, so that they fold.
  mutating func attention(_ name: String, _ input: Graph.Node.ID, _ channels: Int) -> Graph.Node.ID {
    let start = self.channels(input) == channels ? input : conv("\(name).cv0", input, channels)
    let depth = Self.headDepth(channels)
    let mixed = conv("\(name).cv1", start, 3 * channels, activation: Graph.Activation.none)
    let attended = add(
      "\(name).attention", .attention(.init(heads: channels / depth, depth: depth)), [mixed],
      channels: channels)
    let values = slice("\(name).values", mixed, 2 * channels..<3 * channels)
    let placed = conv(
      "\(name).cv2", values, channels, kernel: 3, groups: channels,
      activation: Graph.Activation.none)
    let joined = sum("\(name).joined", [attended, placed])
    let projected = conv("\(name).cv3", joined, channels, activation: Graph.Activation.none)
    let seen = sum("\(name).seen", [start, projected])
    let wide = conv("\(name).cv4", seen, 2 * channels)
    let narrow = conv("\(name).cv5", wide, channels, activation: Graph.Activation.none)
    return sum(name, [seen, narrow])
  }

  /// Channels of a head: the largest of 32, 16 and 8 that divides `channels`, or all.
  private static func headDepth(_ channels: Int) -> Int {
    [32, 16, 8].first { channels % $0 == 0 } ?? channels
  }
}
