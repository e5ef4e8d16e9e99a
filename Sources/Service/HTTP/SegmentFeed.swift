import FFmpeg
import Outputs
import Pipeline
import Synchronization

/// The live view of one camera as HLS, from its packets as they come: nothing is decoded or encoded. Made from the first
/// time somebody asks until nobody has for a while.
final class SegmentFeed: Sendable {
  private struct State {
    var window = SegmentWindow()
    var lastAsked: UInt64 = 0
    var task: Task<Void, Never>?
  }

  /// Codecs that browsers play out of MP4.
  static let codecs = ["h264", "hevc"]
  /// Seconds without a question after which it ends.
  private static let patience = 15.0
  /// Seconds that a piece has at least; it ends before the next key picture.
  private static let shortest = 0.9
  /// What a piece may come to; a stream without key pictures for so long has no live view.
  private static let longest = 20.0, largest = 32 << 20

  private let ring: PacketRing
  private let state = Mutex(State())
  private let news = Broadcast<Void>()

  init(_ ring: PacketRing) { self.ring = ring }

  /// The playlist, once there is something in it; `nil` if nothing comes that could be shown.
  func playlist() async -> String? {
    let pieces = news.listen(depth: 1)
    ask()
    // Who asks first waits for the first pieces, from key picture to key picture.
    let deadline = MonotonicTime.nanoseconds + UInt64(Self.patience * 1e9)
    for await _ in pieces.withHeartbeat(every: 1, depth: 1) {
      let isLate = MonotonicTime.nanoseconds > deadline
      let text = state.withLock { state -> String? in
        guard state.window.isPlayable || (isLate && !state.window.isEmpty) else { return nil }
        return state.window.playlist
      }
      if text != nil || isLate { return text }
    }
    return nil
  }

  /// The bytes of what a playlist calls `name`.
  func bytes(named name: String) -> [UInt8]? {
    state.withLock { state in
      state.lastAsked = MonotonicTime.nanoseconds
      return state.window.bytes(named: name)
    }
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
    var piece = Piece()
    for await _ in reader.arrivals.withHeartbeat(every: 1, depth: 1) {
      if isForgotten() { return }
      for entry in reader.take() where entry.isVideo { add(entry, to: &piece) }
    }
  }

  /// The piece under way.
  private struct Piece: ~Copyable {
    var muxer: FragmentMuxer?
    /// The last packet, whose length shows with the next.
    var held: PacketRing.Entry?
    var begin: Int64 = 0
    var byteCount = 0
  }

  private func add(_ entry: PacketRing.Entry, to piece: inout Piece) {
    guard let time = entry.packet.decodingTimestamp ?? entry.packet.timestamp else { return }
    do throws(FFmpegError) {
      let follows = piece.held.map { $0.passage.number == entry.passage.number && $0.number < entry.number } ?? false
      if follows, let held = piece.held, let before = held.packet.decodingTimestamp ?? held.packet.timestamp,
        time > before
      {
        try piece.muxer?.write(held.packet, duration: time - before)
        piece.byteCount += held.packet.byteCount
        piece.held = entry
        let seconds = entry.packet.timeBase.seconds(of: time - piece.begin)
        if entry.isKey, seconds >= Self.shortest {
          if let bytes = try piece.muxer?.cut() { publish(bytes, seconds: seconds) }
          piece.begin = time
          piece.byteCount = 0
        } else if seconds > Self.longest || piece.byteCount > Self.largest {
          piece = Piece()
        }
        return
      }
      piece = Piece()
      guard entry.isKey, Self.codecs.contains(entry.passage.video.parameters.codecName) else { return }
      let muxer = try FragmentMuxer(entry.passage.video)
      state.withLock { $0.window.begin(header: muxer.header) }
      piece = Piece(muxer: muxer, held: entry, begin: time)
    } catch {
      // What cannot be put into MP4 is not shown so; pictures go on.
      piece = Piece()
    }
  }

  private func publish(_ bytes: [UInt8], seconds: Double) {
    state.withLock { $0.window.append(bytes, seconds: seconds) }
    news.tell(())
  }
}
