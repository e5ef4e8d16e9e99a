package import FFmpeg
import Outputs
import Pipeline
import Synchronization

/// The live view of one camera as HLS, made of its packets: nothing is decoded or encoded. It starts with the first request
/// and stops some seconds after the last.
package final class SegmentFeed: Sendable {
  private struct State {
    var window = SegmentWindow()
    var lastAsked: UInt64 = 0
    var task: Task<Void, Never>?
  }

  /// Codecs that browsers play in MP4.
  package static let codecs = ["h264", "hevc"]
  /// Seconds without a request after which the feed stops.
  private static let timeout = 15.0
  /// Minimum length of a segment in seconds; it ends before the next keyframe.
  private static let shortest = 0.9
  /// Maximum length and size of a segment; a stream without keyframes for longer has no live view.
  private static let longest = 20.0, largest = 32 << 20

  private let ring: PacketRing
  private let state = Mutex(State())
  private let updates = Broadcast<Void>()

  package init(_ ring: PacketRing) { self.ring = ring }

  /// The playlist once it contains everything before `position`, or without a position once it can be played; `nil` if no
  /// suitable packets arrive.
  package func playlist(upTo position: SegmentWindow.Position? = nil) async -> String? {
    await look { window, isLate in
      let isThere = position.map { window.next > $0 } ?? (window.isPlayable || (isLate && !window.isEmpty))
      return isThere ? window.playlist : nil
    }
  }

  /// The bytes of `name` of a playlist, part by part. Waits for the part that the playlist announces.
  package func bytes(of name: SegmentWindow.Name) async -> [[UInt8]]? {
    let (there, next) = state.withLock { state in
      state.lastAsked = MonotonicTime.nanoseconds
      return (state.window.bytes(of: name), state.window.next)
    }
    guard there == nil, name == .part(next) else { return there }
    return await look { window, _ in window.bytes(of: name) }
  }

  /// The result of `find` in the window, as soon as there is one; `nil` at the timeout.
  private func look<Found>(_ find: (_ window: SegmentWindow, _ isLate: Bool) -> Found?) async -> Found? {
    let changes = updates.listen(depth: 1)
    ask()
    let deadline = MonotonicTime.nanoseconds + UInt64(Self.timeout * 1e9)
    for await _ in changes.withHeartbeat(every: 1, depth: 1) {
      let isLate = MonotonicTime.nanoseconds > deadline
      let found = state.withLock { find($0.window, isLate) }
      if found != nil || isLate { return found }
    }
    return nil
  }

  /// Notes a request, and starts the feed if necessary.
  private func ask() {
    state.withLock { state in
      state.lastAsked = MonotonicTime.nanoseconds
      if state.task == nil { state.task = Task { await self.run() } }
    }
  }

  /// Whether the last request is too long ago; if so, resets the feed.
  private func isForgotten() -> Bool {
    state.withLock { state in
      let now = MonotonicTime.nanoseconds
      guard now - min(now, state.lastAsked) > UInt64(Self.timeout * 1e9) else { return false }
      state = State()
      return true
    }
  }

  private func run() async {
    let reader = ring.reader(seconds: 0)
    reader.begin(at: .max)
    var piece = PartialSegment()
    for await _ in reader.arrivals.withHeartbeat(every: 1, depth: 1) {
      if isForgotten() { return }
      for entry in reader.take() where entry.isVideo { add(entry, to: &piece) }
    }
  }

  /// The segment and the part under construction.
  private struct PartialSegment: ~Copyable {
    var muxer: FragmentMuxer?
    /// The last packet; the next one determines its duration.
    var held: PacketRing.Entry?
    /// Start of the segment and of its part, in ticks.
    var begin: Int64 = 0, partBegin: Int64 = 0
    /// When the first packet of the part arrived.
    var partArrival: UInt64 = 0
    var byteCount = 0

    /// Ends the part; the held packet is the first of the next one.
    mutating func cut(at time: Int64) throws(FFmpegError) -> [UInt8] {
      defer { (partBegin, partArrival) = (time, held?.arrival ?? 0) }
      return try muxer?.cut() ?? []
    }
  }

  private func add(_ entry: PacketRing.Entry, to piece: inout PartialSegment) {
    guard let time = entry.packet.decodingTimestamp ?? entry.packet.timestamp else { return }
    do throws(FFmpegError) {
      let follows = piece.held.map { $0.epoch.number == entry.epoch.number && $0.number < entry.number } ?? false
      if follows, let held = piece.held, let before = held.packet.decodingTimestamp ?? held.packet.timestamp,
        let step = Self.step(from: before, to: time, in: entry.packet.timeBase)
      {
        try piece.muxer?.write(held.packet, duration: step)
        piece.byteCount += held.packet.byteCount
        piece.held = entry
        try endPart(of: &piece, at: time, step: step, entry)
        return
      }
      piece = PartialSegment()
      guard entry.isKey, Self.codecs.contains(entry.epoch.video.parameters.codecName) else { return }
      let muxer = try FragmentMuxer(entry.epoch.video)
      state.withLock { $0.window.begin(header: muxer.header) }
      piece = PartialSegment(muxer: muxer, held: entry, begin: time, partBegin: time, partArrival: entry.arrival)
    } catch {
      // What cannot be muxed into MP4 has no HLS view; JPEG views continue.
      piece = PartialSegment()
    }
  }

  /// The ticks between two packets; `nil` for times that fall, stand still or jump: the feed then starts again.
  static func step(from before: Int64, to time: Int64, in base: TimeBase) -> Int64? {
    let (step, isBeyond) = time.subtractingReportingOverflow(before)
    return !isBeyond && step > 0 && base.seconds(of: step) <= longest ? step : nil
  }

  /// Ends the part, and the segment, if they have to end before `entry`, which is `step` ticks after its predecessor.
  private func endPart(
    of piece: inout PartialSegment, at time: Int64, step: Int64, _ entry: PacketRing.Entry
  ) throws(FFmpegError) {
    let base = entry.packet.timeBase
    let seconds = base.seconds(of: time - piece.begin), part = base.seconds(of: time - piece.partBegin)
    let endsSegment = entry.isKey && seconds >= Self.shortest
    // One more frame would exceed the limit; a thousandth allows for rounded times.
    if endsSegment || part + base.seconds(of: step) > SegmentWindow.partSeconds + 1e-3 {
      let began = EventClock.wallMilliseconds(atMonotonic: piece.partArrival)
      let bytes = try piece.cut(at: time)
      state.withLock { state in
        state.window.append(bytes, seconds: part, began: began)
        if endsSegment { state.window.endSegment() }
      }
      updates.send(())
    }
    if endsSegment {
      piece.begin = time
      piece.byteCount = 0
    } else if seconds > Self.longest || piece.byteCount > Self.largest {
      piece = PartialSegment()
    }
  }
}
