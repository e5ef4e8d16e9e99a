/// A histogram of durations in fixed memory.
///
/// Buckets grow with the value, sixteen per doubling, so a quantile is exact to 1/32 from nanoseconds to centuries
/// (the layout of HdrHistogram).
package struct DurationHistogram: Hashable, Sendable {
  private static let bitsPerDoubling = 4
  private static let perDoubling = 1 << bitsPerDoubling

  private var counts: [UInt64]
  /// Number of recorded durations.
  package private(set) var count: UInt64 = 0
  private var totalNanoseconds: UInt64 = 0
  private var longestNanoseconds: UInt64 = 0

  /// An empty histogram.
  package init() {
    counts = Array(repeating: 0, count: Self.bucket(of: .max) + 1)
  }

  /// Adds one duration, in nanoseconds.
  package mutating func record(nanoseconds: UInt64) {
    counts[Self.bucket(of: nanoseconds)] += 1
    count += 1
    totalNanoseconds &+= nanoseconds
    longestNanoseconds = max(longestNanoseconds, nanoseconds)
  }

  /// Adds all durations of `other`.
  package mutating func merge(_ other: DurationHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    totalNanoseconds &+= other.totalNanoseconds
    longestNanoseconds = max(longestNanoseconds, other.longestNanoseconds)
  }

  /// The sum of all durations.
  package var total: Duration { .nanoseconds(Int64(clamping: totalNanoseconds)) }

  /// The longest duration; zero if there is none.
  package var longest: Duration { .nanoseconds(Int64(clamping: longestNanoseconds)) }

  /// The mean; zero if nothing was recorded.
  package var mean: Duration { count == 0 ? .zero : .nanoseconds(Int64(clamping: totalNanoseconds / count)) }

  /// The duration that a fraction `quantile` (0...1) of all does not exceed; zero if there is none.
  package func quantile(_ quantile: Double) -> Duration {
    guard count > 0 else { return .zero }
    let rank = max(1, UInt64((min(max(quantile, 0), 1) * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, inBucket) in counts.enumerated() {
      seen += inBucket
      if seen >= rank { return .nanoseconds(Int64(clamping: min(Self.middle(of: index), longestNanoseconds))) }
    }
    return longest
  }

  /// Number of durations of at most `nanoseconds`, to the width of a bucket.
  package func count(upTo nanoseconds: UInt64) -> UInt64 {
    counts[...Self.bucket(of: nanoseconds)].reduce(0, +)
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= perDoubling else { return Int(value) }
    let exponent = UInt64.bitWidth - 1 - value.leadingZeroBitCount
    let step = Int(truncatingIfNeeded: value >> UInt64(exponent - bitsPerDoubling)) & (perDoubling - 1)
    return (exponent - bitsPerDoubling + 1) * perDoubling + step
  }

  private static func middle(of bucket: Int) -> UInt64 {
    guard bucket >= perDoubling else { return UInt64(bucket) }
    let shift = UInt64(bucket / perDoubling - 1)
    let lowest = UInt64(perDoubling + bucket % perDoubling) << shift
    return lowest + ((1 << shift) - 1) / 2
  }
}

extension Duration {
  /// The duration in seconds.
  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
