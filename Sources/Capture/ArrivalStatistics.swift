/// Figures of how the frames of a stream come in. Pure: every time is an argument.
struct ArrivalStatistics {
  /// Frames seen.
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
  /// Arrival and time on the way, but for a constant, of each frame; no more than an hour's at 60 a second.
  private var transits: [(arrival: Double, length: Double)] = []

  /// Seconds from the first arrival to the last.
  var seconds: Double {
    guard let first, let last else { return 0 }
    return last.arrival - first.arrival
  }

  /// Frames per second.
  var rate: Double { seconds > 0 ? Double(count - 1) / seconds : 0 }

  /// Bits per second, without the first frame, which stands for the time before it.
  var bitRate: Double { seconds > 0 ? Double(byteCount) * 8 / seconds : 0 }

  /// Mean seconds between keyframes by the stream's clock.
  var keyInterval: Double? {
    guard let firstKey, let lastKey, keyCount > 1 else { return nil }
    return (lastKey - firstKey) / Double(keyCount - 1)
  }

  /// How much faster the stream's clock runs than the receiver's, in parts of a million; `nil` in less than ten seconds,
  /// where jitter drowns it.
  ///
  /// The frames of the first and of the last quarter that took the least time on their way are compared: what delays
  /// frames only ever adds.
  var clockDrift: Double? {
    guard seconds >= 10, transits.count >= 8 else { return nil }
    let quarter = transits.count / 4
    guard let early = transits.prefix(quarter).min(by: { $0.length < $1.length }),
      let late = transits.suffix(quarter).min(by: { $0.length < $1.length }), late.arrival > early.arrival
    else { return nil }
    return (early.length - late.length) / (late.arrival - early.arrival) * 1e6
  }

  /// Adds a frame that is due at `time` by the stream's clock and came at `arrival` by the receiver's, in seconds.
  mutating func add(time: Double?, arrival: Double, byteCount bytes: Int, isKey: Bool) {
    // A piece of the frame before.
    if let time, time == last?.time { return byteCount += bytes }
    defer {
      count += 1
      last = (time, arrival)
    }
    if isKey {
      keyCount += 1
      firstKey = firstKey ?? time ?? arrival
      lastKey = time ?? arrival
    }
    if let time, transits.count < 216_000 { transits.append((arrival, arrival - time)) }
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
