package import FFmpeg
import Outputs
import Pipeline
import Synchronization

/// The live view of one camera as HLS, from its packets as they come: nothing is decoded or encoded. Made from the first
/// time somebody asks until nobody has for a while.
package final class SegmentFeed: Sendable {
  private struct State {
    var window = SegmentWindow()
    var lastAsked: UInt64 = 0
    var task: Task<Void, Never>?
  }

  /// Codecs that browsers play out of MP4.
  package static let codecs = ["h264", "hevc"]
  /// Seconds without a question after which it ends.
  private static let patience = 15.0
  /// Seconds that a segment has at least; it ends before the next key picture.
  private static let shortest = 0.9
  /// What a segment may come to; a stream without key pictures for so long has no live view.
  private static let longest = 20.0, largest = 32 << 20

  private let ring: PacketRing
  private let state = Mutex(State())
  private let updates = Broadcast<Void>()

  package init(_ ring: PacketRing) { self.ring = ring }

  /// The playlist, once it holds what comes before `position`, else once there is enough to begin with; `nil` if nothing
  /// comes that could be shown.
  package func playlist(upTo position: SegmentWindow.Position? = nil) async -> String? {
    await look { window, isLate in
      let isThere = position.map { window.next > $0 } ?? (window.isPlayable || (isLate && !window.isEmpty))
      return isThere ? window.playlist : nil
    }
  }

  /// The bytes of what a playlist calls `name`, part by part; of the part that it announces, once that is there.
  package func bytes(of name: SegmentWindow.Name) async -> [[UInt8]]? {
    let (there, next) = state.withLock { state in
      state.lastAsked = MonotonicTime.nanoseconds
      return (state.window.bytes(of: name), state.window.next)
    }
    guard there == nil, name == .part(next) else { return there }
    return await look { window, _ in window.bytes(of: name) }
  }

  /// What `find` finds in the window, as soon as it does; `nil` if it finds nothing for too long.
  private func look<Found>(_ find: (_ window: SegmentWindow, _ isLate: Bool) -> Found?) async -> Found? {
    let pieces = updates.listen(depth: 1)
    ask()
    let deadline = MonotonicTime.nanoseconds + UInt64(Self.patience * 1e9)
    for await _ in pieces.withHeartbeat(every: 1, depth: 1) {
      let isLate = MonotonicTime.nanoseconds > deadline
      let found = state.withLock { find($0.window, isLate) }
      if found != nil || isLate { return found }
    }
    return nil
  }

  /// Somebody is there.
  private func ask() {
    state.withLock { state in
      state.lastAsked = MonotonicTime.nanoseconds
      if state.task == nil { state.task = Task { await self.run() } }
    }
  }

  /// Whether nobody has asked for too long; then it is as if nobody ever had.
  private func isForgotten() -> Bool {
    state.withLock { state in
      let now = MonotonicTime.nanoseconds
      guard now - min(now, state.lastAsked) > UInt64(Self.patience * 1e9) else { return false }
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

  /// The segment and the part that are being made.
  private struct PartialSegment: ~Copyable {
    var muxer: FragmentMuxer?
    /// The last packet, whose length shows with the next.
    var held: PacketRing.Entry?
    /// Where the segment and where its part begin, in ticks.
    var begin: Int64 = 0, partBegin: Int64 = 0
    /// When the first packet of the part came.
    var partArrival: UInt64 = 0
    var byteCount = 0

    /// The packet that came last is the first of the next part.
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
      // What cannot be put into MP4 is not shown so; pictures go on.
      piece = PartialSegment()
    }
  }

  /// The ticks between two packets; `nil` for times that fall, stand still or leap: what comes then begins anew.
  static func step(from before: Int64, to time: Int64, in base: TimeBase) -> Int64? {
    let (step, isBeyond) = time.subtractingReportingOverflow(before)
    return !isBeyond && step > 0 && base.seconds(of: step) <= longest ? step : nil
  }

  /// Ends the part, and the segment, where it is time before `entry`, which came `step` ticks after the one before.
  private func endPart(
    of piece: inout PartialSegment, at time: Int64, step: Int64, _ entry: PacketRing.Entry
  ) throws(FFmpegError) {
    let base = entry.packet.timeBase
    let seconds = base.seconds(of: time - piece.begin), part = base.seconds(of: time - piece.partBegin)
    let endsSegment = entry.isKey && seconds >= Self.shortest
    // One more picture would be too much; a thousandth is for rounded times.
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
