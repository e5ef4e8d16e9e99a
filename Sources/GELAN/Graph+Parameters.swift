extension Graph {
  /// All tensors of the convolutions by state-dict name, in execution order. Vectors have one entry per output
  /// channel.
  public var parameterShapes: [(name: String, shape: [Int])] {
    convolutions.flatMap { _, convolution in
      let vector = [convolution.outputChannels]
      let weight = ("\(convolution.parameters).weight", convolution.weightShape)
      guard let normalisation = convolution.normalisation else {
        return [weight, ("\(convolution.parameters).bias", vector)]
      }
      return [weight] + BatchNormalisation.tensorNames.map { ("\(normalisation).\($0)", vector) }
    }
  }
}
