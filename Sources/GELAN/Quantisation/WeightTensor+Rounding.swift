extension WeightTensor {
  /// Multiplies the values of each output channel by its step size.
  public func scaled(by steps: [Float]) -> WeightTensor {
    var copy = self
    let count = values.count / max(steps.count, 1)
    for index in values.indices { copy.values[index] *= steps[index / count] }
    return copy
  }

  /// The values quantised to int8 with one step size per output channel, clipped to ±`Quantisation.weightLimit`.
  public func quantised(by steps: [Float]) -> [Int8] {
    let count = values.count / max(steps.count, 1), limit = Float(Quantisation.weightLimit)
    return values.indices.map { index in
      let quotient = max(-limit, min(limit, values[index] / steps[index / count]))
      // Rounds half away from zero like `rounded()`, which is a call for each of millions of values on baseline x86-64.
      let whole = Int32(quotient), rest = quotient - Float(whole)
      return Int8(whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0))
    }
  }

  /// The values quantised and dequantised.
  public func rounded(by steps: [Float]) -> WeightTensor {
    WeightTensor(shape: shape, values: quantised(by: steps).map(Float.init)).scaled(by: steps)
  }
}
