extension WeightTensor {
  /// Each output channel's numbers times its step.
  public func scaled(by steps: [Float]) -> WeightTensor {
    var copy = self
    let count = values.count / max(steps.count, 1)
    for index in values.indices { copy.values[index] *= steps[index / count] }
    return copy
  }

  /// The nearest whole numbers when each output channel is divided by its step; none beyond `Quantisation.weightLimit`.
  public func numbers(of steps: [Float]) -> [Int8] {
    let count = values.count / max(steps.count, 1), limit = Float(Quantisation.weightLimit)
    return values.indices.map { index in
      let quotient = max(-limit, min(limit, values[index] / steps[index / count]))
      // Rounds half away from zero like `rounded()`, which is a call for each of millions of values on baseline x86-64.
      let whole = Int32(quotient), rest = quotient - Float(whole)
      return Int8(whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0))
    }
  }

  /// The values that `numbers(of:)` stand for.
  public func rounded(to steps: [Float]) -> WeightTensor {
    WeightTensor(shape: shape, values: numbers(of: steps).map(Float.init)).scaled(by: steps)
  }
}
