extension Graph {
  /// Learned numbers: weights, biases, scale and shift of normalisations, and the constants of each head's distance
  /// projection, which published counts include.
  public var parameterCount: Int {
    convolutions.reduce(heads.reduce(0) { $0 + $1.bins }) { $0 + Self.parameterCount(of: $1.convolution) }
  }

  /// Learned numbers of one convolution with its normalisation or bias.
  public static func parameterCount(of convolution: Convolution) -> Int {
    convolution.weightCount + (convolution.normalisation == nil ? 1 : 2) * convolution.outputChannels
  }

  /// Floating-point operations in 10⁹ for one picture: two for each multiply-add of a convolution and, as the profiler
  /// behind the published tables has it, eight for each value that passes a batch normalisation.
  public func gigaflops(height: Int, width: Int) -> Double {
    let sizes = sizes(height: height, width: width)
    let operations = convolutions.reduce(0) { sum, entry in
      let size = sizes[entry.node.id], convolution = entry.convolution
      let normalisation = convolution.normalisation == nil ? 0 : 4 * convolution.outputChannels
      return sum + 2 * (convolution.workPerPosition + normalisation) * size.height * size.width
    }
    return Double(operations) / 1e9
  }
}
