import FFmpeg

/// Puts the times of packets right before anybody sees them: jumps of the clock, single wild ones, and missing ones.
struct PacketTimes {
  /// How a stream's times come about.
  enum Habit {
    /// They are in the container, and its clock may be set again in the middle (`mayJump`).
    case stated(mayJump: Bool)
    /// The stream is live and has none: they are those of arrival.
    case arrival
  }

  /// Farther ahead of the packet before, in seconds, is a gap or one wild time: the next packet tells which.
  private static let longestStep = 1.0
  /// H.264 and H.265 reorder by sixteen frames at most, which are not further apart than that, in seconds.
  private static let longestReordering = 20.0
  /// Packets in which a second time of the same kind is no accident.
  private static let memory = 64
  /// Packets without a time at the beginning that wait for one.
  private static let longestBeginning = 2048

  private let habit: Habit
  private let isLive: Bool
  /// Seconds from one frame to the next.
  private let interval: Double
  private var jumps: TimestampJumps?
  private var outliers = 0
  /// Longest time from decoding to showing so far, in seconds, and packets since one was out of proportion.
  private var reordering = 0.0
  private var sinceOutlier = memory
  /// A packet far ahead, until the next one comes; and the time of the one before it.
  private var held: Packet?
  private var lastBeforeHeld: Double?
  private var last: Double?
  /// The first arrival, and the time of the last.
  private var begin: UInt64?
  private var lastArrival = -1.0
  /// Packets at the very beginning that have no time, until the first one that has.
  private var untimed: [Packet] = []
  private var hasStarted: Bool

  init(_ habit: Habit, interval: Double, isLive: Bool) {
    self.habit = habit
    self.interval = interval
    self.isLive = isLive
    hasStarted = isLive
    if case .stated(true) = habit { jumps = TimestampJumps(limit: 10) } else { jumps = nil }
  }

  /// Times replaced.
  var mendedCount: Int { outliers + (jumps?.count ?? 0) }

  /// Takes the next packet of the frames, which came at `arrival` in monotonic nanoseconds; gives those whose times are right
  /// now, in order.
  mutating func mend(video packet: Packet, arrival: UInt64) -> [Packet] {
    if case .arrival = habit {
      let first = begin ?? arrival
      begin = first
      // Two that come together are shown one after the other.
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

  /// Gives the packets before `packet`, the first that has a time, the times that lead up to it. libav has none for what
  /// MKV puts before zero.
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

  /// What is still held back, at the end.
  mutating func finish() -> [Packet] {
    let untimed = hasStarted ? [] : begin(with: nil)
    guard let packet = held.take() else { return untimed }
    mend(packet)
    return untimed + [packet]
  }

  /// Takes jumps of the clock out of the times of a packet of any track.
  mutating func mend(_ packet: Packet) {
    guard jumps != nil, let time = Self.seconds(of: packet) else { return }
    let shift = jumps?.shift(of: packet.streamIndex, at: time, interval: packet.duration ?? interval) ?? 0
    if shift != 0 { packet.shiftTimes(by: packet.timeBase.ticks(at: shift)) }
  }

  private static func seconds(of packet: Packet) -> Double? {
    (packet.decodingTimestamp ?? packet.timestamp).map { packet.timeBase.seconds(of: $0) }
  }

  /// Forgets a time of showing that is out of all proportion to that of decoding.
  private mutating func mendReordering(of packet: Packet) {
    sinceOutlier += 1
    guard let showing = packet.timestamp, let decoding = packet.decodingTimestamp else { return }
    let delay = packet.timeBase.seconds(of: showing) - packet.timeBase.seconds(of: decoding)
    // A codec may begin to reorder by more frames; one that does so does it again.
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

  /// Holds back a packet that is far ahead until the next one comes. Where that one goes on from before, it was wild.
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
