/// Statistics of the arrival of a stream's frames. Pure: all times are arguments.
struct ArrivalStatistics {
  /// Number of frames.
  private(set) var count = 0
  /// Jitter: smoothed mean difference of transit times as in RFC 3550, in seconds.
  private(set) var jitter = 0.0
  /// Longest time between two arrivals, in seconds.
  private(set) var longestGap = 0.0
  private var byteCount = 0
  private var first: (time: Double?, arrival: Double)?
  private var last: (time: Double?, arrival: Double)?
  private var firstKey: Double?
  private var lastKey: Double?
  private var keyCount = 0
  /// Arrival and transit time (up to a constant) of each frame; at most an hour of 60 frames per second.
  private var transits: [(arrival: Double, length: Double)] = []

  /// Seconds from the first to the last arrival.
  var seconds: Double {
    guard let first, let last else { return 0 }
    return last.arrival - first.arrival
  }

  /// Frames per second.
  var rate: Double { seconds > 0 ? Double(count - 1) / seconds : 0 }

  /// Bits per second, without the first frame, which belongs to the time before it.
  var bitRate: Double { seconds > 0 ? Double(byteCount) * 8 / seconds : 0 }

  /// Mean seconds between keyframes by the stream's clock.
  var keyInterval: Double? {
    guard let firstKey, let lastKey, keyCount > 1 else { return nil }
    return (lastKey - firstKey) / Double(keyCount - 1)
  }

  /// Drift of the stream's clock against the receiver's, in parts per million; `nil` for less than ten seconds, where
  /// jitter dominates.
  ///
  /// Compares the frames with the shortest transit time in the first and the last quarter, because delays are never
  /// negative.
  var clockDrift: Double? {
    guard seconds >= 10, transits.count >= 8 else { return nil }
    let quarter = transits.count / 4
    guard let early = transits.prefix(quarter).min(by: { $0.length < $1.length }),
      let late = transits.suffix(quarter).min(by: { $0.length < $1.length }), late.arrival > early.arrival
    else { return nil }
    return (early.length - late.length) / (late.arrival - early.arrival) * 1e6
  }

  /// Adds a frame with the stream's time `time` that arrived at `arrival` by the receiver's clock, in seconds.
  mutating func add(time: Double?, arrival: Double, byteCount bytes: Int, isKey: Bool) {
    // Another part of the previous frame.
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
