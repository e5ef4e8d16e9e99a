/// Figures of how the pictures of a stream come in. Pure: it is told every time.
struct ArrivalStatistics {
  /// Pictures seen.
  private(set) var count = 0
  /// RFC 3550's smoothed mean difference of transit times, in seconds.
  private(set) var jitter = 0.0
  /// Longest time between two arrivals, in seconds.
  private(set) var longestGap = 0.0
  private var byteCount = 0
  private var first: (time: Double?, arrival: Double)?
  private var last: (time: Double?, arrival: Double)?
  private var firstKey: Double?
  private var lastKey: Double?
  private var keyCount = 0

  /// Seconds from the first arrival to the last.
  var seconds: Double {
    guard let first, let last else { return 0 }
    return last.arrival - first.arrival
  }

  /// Pictures a second.
  var rate: Double { seconds > 0 ? Double(count - 1) / seconds : 0 }

  /// Bits a second, without the first picture, which stands for the time before it.
  var bitRate: Double { seconds > 0 ? Double(byteCount) * 8 / seconds : 0 }

  /// Mean seconds between key pictures by the stream's clock.
  var keyInterval: Double? {
    guard let firstKey, let lastKey, keyCount > 1 else { return nil }
    return (lastKey - firstKey) / Double(keyCount - 1)
  }

  /// How much faster the stream's clock runs than the receiver's, in parts of a million; jitter drowns it in less than
  /// ten seconds.
  var clockDrift: Double? {
    guard seconds >= 10, let begin = first?.time, let end = last?.time, end > begin else { return nil }
    return ((end - begin) / seconds - 1) * 1e6
  }

  /// Adds a picture that is due at `time` by the stream's clock and came at `arrival` by the receiver's, in seconds.
  mutating func add(time: Double?, arrival: Double, byteCount bytes: Int, isKey: Bool) {
    defer {
      count += 1
      last = (time, arrival)
    }
    if isKey {
      keyCount += 1
      firstKey = firstKey ?? time ?? arrival
      lastKey = time ?? arrival
    }
    guard let last else {
      first = (time, arrival)
      return
    }
    byteCount += bytes
    longestGap = max(longestGap, arrival - last.arrival)
    if let time, let before = last.time {
      jitter += (abs((arrival - last.arrival) - (time - before)) - jitter) / 16
    }
  }
}
