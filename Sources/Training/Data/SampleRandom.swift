/// Random numbers that depend only on a run's seed, the epoch and the sample's position in it.
///
/// Every sample has its own sequence, so an epoch does not depend on the number of threads, and a resumed run sees
/// the same images as an uninterrupted one. The generator is SplitMix64 (Steele et al. 2014).
package struct SampleRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The sequence of the sample at position `index` of `epoch` in a run seeded with `seed`.
  package init(seed: UInt64, epoch: Int, index: Int) {
    state = Self.mix(Self.mix(Self.mix(seed) ^ UInt64(bitPattern: Int64(epoch))) ^ UInt64(bitPattern: Int64(index)))
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A uniform number in `low..<high`.
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * Float(next() >> 40) * 0x1p-24
  }

  /// A uniform integer in `0..<count`.
  mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
