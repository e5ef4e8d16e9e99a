import GELAN

/// How the range of a tensor is chosen: values outside are clipped, values inside share 256 integers.
package enum RangeMethod: String, Sendable, CaseIterable {
  /// The whole observed range.
  case minMax = "min-max"
  /// The range without the outermost 0.01 % at each end.
  case percentile
  /// The range with the least Kullback-Leibler divergence (Migacz, "8-bit Inference with TensorRT", 2017).
  case entropy
  /// The range with the least squared error.
  case squaredError = "squared error"

  /// The scale that this method chooses for `histogram`.
  func scale(for histogram: ActivationHistogram) -> Quantisation.Scale {
    switch self {
    case .minMax: Quantisation.Scale(low: histogram.low, high: histogram.high)
    case .percentile: Quantisation.Scale(low: histogram.quantile(0.0001), high: histogram.quantile(0.9999))
    case .entropy: Self.search(histogram) { histogram.divergence(from: $0) }
    case .squaredError: Self.search(histogram) { histogram.squaredError(of: $0) }
    }
  }

  /// Reduces the upper end, then the lower end, to the value with the least `cost`.
  private static func search(
    _ histogram: ActivationHistogram, cost: (Quantisation.Scale) -> Double
  ) -> Quantisation.Scale {
    let parts = (1...50).map { Float($0) / 50 }
    func best(_ scales: [Quantisation.Scale]) -> Int {
      let costs = scales.map(cost)
      return costs.indices.min { costs[$0] < costs[$1] } ?? 0
    }
    let high = histogram.high * parts[best(parts.map { .init(low: histogram.low, high: histogram.high * $0) })]
    let candidates = parts.map { Quantisation.Scale(low: histogram.low * $0, high: high) }
    return candidates[best(candidates)]
  }
}

extension ActivationHistogram {
  /// Mean squared error of quantising the values with `scale`.
  func squaredError(of scale: Quantisation.Scale) -> Double {
    var sum = 0.0, total = 0.0
    for (bin, count) in counts.enumerated() where count > 0 {
      let value = middle(bin)
      let difference = Double(value - scale.rounded(value))
      // Values are taken as uniform within a bin.
      sum += Double(count) * (difference * difference + Double(width * width) / 12)
      total += Double(count)
    }
    return sum / max(total, 1)
  }

  /// Kullback-Leibler divergence between the clipped distribution and its quantised form, spread uniformly within
  /// each step.
  func divergence(from scale: Quantisation.Scale) -> Double {
    let zero = Float(scale.zeroPoint)
    var cut = [Double](repeating: 0, count: Self.binCount)
    var shares = [Double](repeating: 0, count: 256), occupied = [Double](repeating: 0, count: 256)
    let ends = [-zero, 255 - zero].map { end in
      min(max(Int((end * scale.step + reach) / width), 0), Self.binCount - 1)
    }
    func number(_ bin: Int) -> Int { Int(min(max((middle(bin) / scale.step).rounded() + zero, 0), 255)) }
    for (bin, count) in counts.enumerated() where count > 0 {
      cut[min(max(bin, ends[0]), ends[1])] += Double(count)
      // Clipped values are missing from the quantised form: that is the cost of clipping.
      if bin >= ends[0], bin <= ends[1] { shares[number(bin)] += Double(count) }
    }
    for bin in ends[0]...ends[1] where cut[bin] > 0 { occupied[number(bin)] += 1 }
    let (cutTotal, shareTotal) = (max(cut.reduce(0, +), 1), max(shares.reduce(0, +), 1))
    var divergence = 0.0
    for bin in ends[0]...ends[1] where cut[bin] > 0 {
      let p = cut[bin] / cutTotal
      let q = max(shares[number(bin)] / occupied[number(bin)] / shareTotal, 1e-12)
      divergence += p * Exponential.log(p / q)
    }
    return divergence
  }
}
