import Pipeline
import Testing

@Suite struct DurationHistogramTests {
  @Test(arguments: [1, 15, 16, 17, 1_000, 123_456_789, 3_600_000_000_000] as [UInt64], [0.0, 0.5, 0.99, 1.0])
  func `quantiles of a thousand multiples are within a thirty-second`(unit: UInt64, quantile: Double) {
    var histogram = DurationHistogram()
    for multiple in (1...1000 as ClosedRange<UInt64>).reversed() { histogram.record(nanoseconds: unit * multiple) }
    let expected = Double(unit) * max(1, (1000 * quantile).rounded(.up))
    let found = histogram.quantile(quantile) / .nanoseconds(1)
    #expect(abs(found - expected) <= expected / 32)
    #expect(histogram.count == 1000)
    #expect(histogram.longest == .nanoseconds(Int64(unit * 1000)))
    #expect(histogram.mean == .nanoseconds(Int64(unit * 1001 / 2)))
  }

  @Test func `nothing recorded is all zero`() {
    let histogram = DurationHistogram()
    #expect(histogram.count == 0)
    #expect(histogram.quantile(0.99) == .zero)
    #expect(histogram.mean == .zero)
    #expect(histogram.longest == .zero)
  }

  @Test func `the largest value has a bucket`() {
    var histogram = DurationHistogram()
    histogram.record(nanoseconds: .max)
    histogram.record(nanoseconds: 0)
    #expect(histogram.quantile(0.5) == .zero)
    #expect(histogram.quantile(1) == .nanoseconds(Int64.max))
  }

  @Test func `merging equals recording into one`() {
    var odd = DurationHistogram()
    var even = DurationHistogram()
    var all = DurationHistogram()
    for value in 0..<5000 as Range<UInt64> {
      if value % 2 == 0 { even.record(nanoseconds: value) } else { odd.record(nanoseconds: value) }
      all.record(nanoseconds: value)
    }
    odd.merge(even)
    #expect(odd == all)
  }
}
