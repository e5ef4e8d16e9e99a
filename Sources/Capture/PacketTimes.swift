import FFmpeg

/// Corrects packet times: clock jumps, single outliers and missing times.
struct PacketTimes {
  /// Where the times of a stream come from.
  enum Habit {
    /// From the container, whose clock may be reset in the middle (`mayJump`).
    case stated(mayJump: Bool)
    /// From arrival: a live stream without times.
    case arrival
  }

  /// A packet farther ahead than this, in seconds, is a gap or an outlier: the next packet decides.
  private static let longestStep = 1.0
  /// H.264 and H.265 reorder by at most sixteen frames, which are not farther apart than this, in seconds.
  private static let longestReordering = 20.0
  /// A second outlier of the same kind within so many packets is not an accident.
  private static let memory = 64
  /// Most packets at the start that wait for one with a time.
  private static let longestBeginning = 2048

  private let habit: Habit
  private let isLive: Bool
  /// Seconds between frames.
  private let interval: Double
  private var jumps: TimestampJumps?
  private var outliers = 0
  /// Longest time from decoding to presentation so far, in seconds, and packets since an outlier.
  private var reordering = 0.0
  private var sinceOutlier = memory
  /// A packet far ahead that is held back until the next one arrives; and the time of the packet before it.
  private var held: Packet?
  private var lastBeforeHeld: Double?
  private var last: Double?
  /// The first arrival, and the time of the last one.
  private var begin: UInt64?
  private var lastArrival = -1.0
  /// Packets at the start without a time, until the first one that has one.
  private var untimed: [Packet] = []
  private var hasStarted: Bool

  init(_ habit: Habit, interval: Double, isLive: Bool) {
    self.habit = habit
    self.interval = interval
    self.isLive = isLive
    hasStarted = isLive
    if case .stated(true) = habit { jumps = TimestampJumps(limit: 10) } else { jumps = nil }
  }

  /// Number of replaced times.
  var mendedCount: Int { outliers + (jumps?.count ?? 0) }

  /// Takes the next video packet, which arrived at `arrival` in monotonic nanoseconds; returns the packets whose
  /// times are final, in order.
  mutating func mend(video packet: Packet, arrival: UInt64) -> [Packet] {
    if case .arrival = habit {
      let first = begin ?? arrival
      begin = first
      // Packets that arrive together are presented one after the other.
      lastArrival = max(Double(arrival &- first) / 1e9, lastArrival + 0.001)
      packet.setTimes(lastArrival)
      return [packet]
    }
    if hasStarted { return mend(following: packet) }
    guard Self.seconds(of: packet) != nil || untimed.count >= Self.longestBeginning else {
      untimed.append(packet)
      return []
    }
    return begin(with: packet)
  }

  private mutating func mend(following packet: Packet) -> [Packet] {
    mendReordering(of: packet)
    let ready = isLive ? [packet] : settle(packet)
    for packet in ready { mend(packet) }
    return ready
  }

  /// Assigns times to the packets before `packet`, the first with a time. libav has none for packets that MKV puts
  /// before zero.
  private mutating func begin(with packet: Packet?) -> [Packet] {
    hasStarted = true
    let earlier = untimed
    untimed = []
    if var time = packet.flatMap({ Self.seconds(of: $0) }) {
      for packet in earlier.reversed() {
        time -= packet.duration ?? interval
        packet.setTimes(time, isShown: false)
      }
    }
    return (earlier + (packet.map { [$0] } ?? [])).flatMap { mend(following: $0) }
  }

  /// The packets still held back at the end.
  mutating func finish() -> [Packet] {
    let untimed = hasStarted ? [] : begin(with: nil)
    guard let packet = held.take() else { return untimed }
    mend(packet)
    return untimed + [packet]
  }

  /// Removes clock jumps from the times of a packet of any track.
  mutating func mend(_ packet: Packet) {
    guard jumps != nil, let time = Self.seconds(of: packet) else { return }
    let shift = jumps?.shift(of: packet.streamIndex, at: time, interval: packet.duration ?? interval) ?? 0
    if shift != 0 { packet.shiftTimes(by: packet.timeBase.ticks(at: shift)) }
  }

  private static func seconds(of packet: Packet) -> Double? {
    (packet.decodingTimestamp ?? packet.timestamp).map { packet.timeBase.seconds(of: $0) }
  }

  /// Removes a presentation time that is out of proportion to the decoding time.
  private mutating func mendReordering(of packet: Packet) {
    sinceOutlier += 1
    guard let showing = packet.timestamp, let decoding = packet.decodingTimestamp else { return }
    let delay = packet.timeBase.seconds(of: showing) - packet.timeBase.seconds(of: decoding)
    // A codec may start to reorder by more frames; then it does so again.
    let isOdd = delay < -8 * interval || delay > reordering + 8 * interval
    guard isOdd else {
      reordering = max(reordering, delay)
      return
    }
    if sinceOutlier < Self.memory, delay > 0, delay < Self.longestReordering { reordering = delay }
    sinceOutlier = 0
    outliers += 1
    packet.forgetTimestamp()
  }

  /// Holds back a packet that is far ahead until the next one arrives. If that one continues from before, it was an
  /// outlier.
  private mutating func settle(_ packet: Packet) -> [Packet] {
    guard let time = Self.seconds(of: packet) else { return (held.take().map { [$0] } ?? []) + [packet] }
    defer { last = time }
    if let ahead = held.take() {
      if let aheadTime = Self.seconds(of: ahead), let last = lastBeforeHeld, time < aheadTime - Self.longestStep / 2,
        time > last
      {
        ahead.setTimes(last + min(interval, (time - last) / 2))
        outliers += 1
      }
      return [ahead, packet]
    }
    guard let last, time - last > max(Self.longestStep, 10 * interval) else { return [packet] }
    lastBeforeHeld = last
    held = packet
    return []
  }
}
