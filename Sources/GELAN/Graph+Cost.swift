extension Graph {
  /// Number of learned parameters: weights, biases, scale and shift of batch normalisations, and the constants of
  /// each head's distance projection, which published counts include.
  public var parameterCount: Int {
    convolutions.reduce(heads.reduce(0) { $0 + $1.bins }) { $0 + Self.parameterCount(of: $1.convolution) }
  }

  /// Learned parameters of one convolution with its normalisation or bias.
  public static func parameterCount(of convolution: Convolution) -> Int {
    convolution.weightCount + (convolution.normalisation == nil ? 1 : 2) * convolution.outputChannels
  }

  /// GFLOPs for one image: two operations per multiply-add of a convolution or attention and, as in the profiler behind
  /// the published tables, eight per value of a batch normalisation.
  public func gigaflops(height: Int, width: Int) -> Double {
    let sizes = sizes(height: height, width: width)
    let attended = nodes.reduce(0) { sum, node in
      guard case .attention(let attention) = node.operation else { return sum }
      return sum + 2 * attention.work(height: sizes[node.id].height, width: sizes[node.id].width)
    }
    let operations = convolutions.reduce(attended) { sum, entry in
      let size = sizes[entry.node.id], convolution = entry.convolution
      let normalisation = convolution.normalisation == nil ? 0 : 4 * convolution.outputChannels
      return sum + 2 * (convolution.workPerPosition + normalisation) * size.height * size.width
    }
    return Double(operations) / 1e9
  }
}
