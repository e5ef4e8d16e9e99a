/// Histogram of the values of a tensor; its range grows as needed.
struct ActivationHistogram {
  /// Half of the bins are for negative values. A power of two, so that pairs of bins can be merged.
  static let binCount = 1 << 14

  /// The bins cover `-reach..<reach`; a power of two.
  private(set) var reach: Float = 1
  private(set) var counts = [UInt64](repeating: 0, count: ActivationHistogram.binCount)
  /// Smallest and largest value, at most and at least 0.
  private(set) var low: Float = 0, high: Float = 0

  /// Width of a bin.
  var width: Float { 2 * reach / Float(Self.binCount) }

  /// Middle of a bin.
  func middle(_ bin: Int) -> Float { (Float(bin) + 0.5) * width - reach }

  var total: UInt64 { counts.reduce(0, +) }

  /// Counts `values` and adds each to its channel's sum: element `i` belongs to channel `i % sums.count`.
  mutating func add(_ values: UnsafeBufferPointer<Float>, sums: inout [Double]) {
    var least: Float = 0, most: Float = 0
    for index in values.indices {
      let value = unsafe values[index]
      guard value.isFinite else { continue }
      least = min(least, value)
      most = max(most, value)
    }
    low = min(low, least)
    high = max(high, most)
    while max(high, -low) >= reach { widen() }
    let scale = 1 / width, reach = reach, channels = sums.count
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        var channel = 0
        for index in values.indices {
          let value = unsafe values[index]
          if value.isFinite {
            unsafe counts[min(max(Int((value + reach) * scale), 0), Self.binCount - 1)] += 1
            unsafe sums[channel] += Double(value)
          }
          channel += 1
          if channel == channels { channel = 0 }
        }
      }
    }
  }

  /// Doubles the range by merging pairs of bins.
  private mutating func widen() {
    var wider = [UInt64](repeating: 0, count: Self.binCount)
    for (bin, count) in counts.enumerated() where count > 0 { wider[Self.binCount / 4 + bin / 2] += count }
    counts = wider
    reach *= 2
  }

  /// The value that a `fraction` of all values lies below.
  func quantile(_ fraction: Double) -> Float {
    let target = fraction * Double(total)
    var sum = 0.0
    for (bin, count) in counts.enumerated() where count > 0 {
      sum += Double(count)
      if sum >= target { return min(max(middle(bin), low), high) }
    }
    return high
  }
}
