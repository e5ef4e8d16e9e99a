import Scene

/// Notices what changes for good within a source that should be of one kind: the size of its frames, their rate, and holes in it.
///
/// A rate is known where 24 intervals in a row are alike. Variable rates, where they never are, change nothing; neither does a
/// single interval. A pause of over ten seconds is taken for one of the recording.
struct FrameChanges {
  /// Intervals that make a rate.
  private static let span = 24
  /// How far an interval may differ from their median: timestamps of MKV are whole milliseconds.
  private static let jitter = 0.16
  /// How far two rates differ at least.
  private static let difference = 0.2
  /// Seconds without a frame that are a hole.
  private static let hole = 0.5...10.0
  /// Sentences that are kept.
  private static let limit = 100

  /// How often the size and the rate changed.
  private(set) var sizeChangeCount = 0
  private(set) var rateChangeCount = 0
  /// Frames that are missing in holes.
  private(set) var missingCount = 0
  /// A sentence for each change and hole, in order; the first hundred.
  private(set) var sentences: [String] = []
  private var size: (width: Int, height: Int)?
  private var times: [Double] = []
  /// Seconds between frames, as last known.
  private var interval: Double?

  /// Takes the next frame.
  mutating func note(_ findings: FrameFindings) {
    noteSize(findings)
    let seconds = findings.stamp.seconds
    if let last = times.last, let interval, Self.hole.contains(seconds - last), seconds - last > 2 * interval, isSteady
    {
      let count = Int(((seconds - last) / interval).rounded()) - 1
      missingCount += count
      add("about \(count.counted("frame is", plural: "frames are")) missing after \(Self.text(last)) s")
      times = []
    }
    times.append(seconds)
    if times.count > Self.span + 1 { times.removeFirst() }
    guard isSteady, let first = times.first, let last = times.last else { return }
    let mean = (last - first) / Double(Self.span)
    defer { interval = mean }
    guard let interval, abs(mean / interval - 1) > Self.difference else { return }
    rateChangeCount += 1
    add("the rate changes from \(Self.text(1 / interval)) to \(Self.text(1 / mean)) frames/s at \(Self.text(first)) s")
  }

  private mutating func noteSize(_ findings: FrameFindings) {
    let now = (width: findings.width, height: findings.height)
    defer { size = now }
    guard let size, size != now else { return }
    sizeChangeCount += 1
    add(
      "frames change from \(size.width)x\(size.height) to \(now.width)x\(now.height) at frame \(findings.stamp.index)")
  }

  private mutating func add(_ sentence: String) { if sentences.count < Self.limit { sentences.append(sentence) } }

  /// Whether the last intervals are alike.
  private var isSteady: Bool {
    guard times.count == Self.span + 1 else { return false }
    let intervals = zip(times, times.dropFirst()).map { $1 - $0 }
    let median = intervals.sorted()[Self.span / 2]
    return median > 0 && intervals.allSatisfy { abs($0 / median - 1) < Self.jitter }
  }

  /// At most two digits after the point.
  private static func text(_ value: Double) -> String {
    let hundredths = Int((min(max(value, 0), 1e12) * 100).rounded())
    let digits = hundredths % 100
    return "\(hundredths / 100)"
      + (digits == 0 ? "" : digits % 10 == 0 ? ".\(digits / 10)" : ".\(digits / 10)\(digits % 10)")
  }
}
