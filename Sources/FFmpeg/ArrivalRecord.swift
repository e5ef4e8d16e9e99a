import Synchronization

/// When the frames of an input came, as libav reports it: it logs each packet and each frame that it reads, and asks whether
/// to go on before it waits for bytes.
///
/// A frame in packets of RTP or MPEG-TS is known to be complete only when the next one begins, which may be seconds later. It
/// came when its last packet came. Frames that libav reads while it opens the input wait here for their turn.
final class ArrivalRecord: Sendable {
  /// When a frame came, in monotonic nanoseconds.
  struct Arrival: Hashable, Sendable {
    /// When the packet came with which libav gave the frame out.
    var given: UInt64
    /// When the packet before that one came: the last packet of the frame, where the next frame tells its end.
    var beforeNext: UInt64
  }

  fileprivate struct Stream {
    var last: UInt64
    var previous: UInt64
    var framesSinceLast = 0
    var frames: [Arrival] = []
  }

  fileprivate struct State {
    /// Bytes that had been read when libav began to wait for more, by rising count; all of them had come by `moment`.
    var reads: [(count: Int64, moment: UInt64)] = []
    var streams: [Int: Stream] = [:]
    /// Where the last packet ended.
    var end: Int64 = 0
  }

  /// Reads of the largest keyframe, and some.
  private static let readLimit = 4096

  private let state = Mutex(State())

  /// libav is about to wait at `now`, after `count` bytes.
  func wait(at now: UInt64, after count: Int64) {
    state.withLock { state in
      guard count > state.reads.last?.count ?? 0 else { return }
      if state.reads.count >= Self.readLimit { state.reads.removeFirst(Self.readLimit / 2) }
      state.reads.append((count, now))
    }
  }

  /// libav has read a packet of `stream` at `now`. It ends before byte `end` of the input, if that is known.
  func addPacket(of stream: Int, endingAt end: Int64, at now: UInt64) {
    state.withLock { state in
      let moment = state.arrival(ofByte: end) ?? now
      // Whatever came first was there with the first packet.
      let previous = state.streams[stream]?.last ?? moment
      state.streams[stream, default: Stream(last: moment, previous: moment)].last = moment
      state.streams[stream]?.previous = previous
      state.streams[stream]?.framesSinceLast = 0
    }
  }

  /// libav has put together a frame of `stream`, or another packet that is whole.
  func addFrame(of stream: Int, at now: UInt64) {
    state.withLock { state in
      var current = state.streams[stream] ?? Stream(last: now, previous: now)
      // Of several frames that end within one packet, only the first began before it.
      let beforeNext = current.framesSinceLast == 0 ? current.previous : current.last
      current.frames.append(Arrival(given: current.last, beforeNext: beforeNext))
      current.framesSinceLast += 1
      state.streams[stream] = current
    }
  }

  /// Takes the arrival of the next frame of `stream`; `nil` if it was not reported.
  func takeFrame(of stream: Int) -> Arrival? {
    state.withLock { state in
      guard let frames = state.streams[stream]?.frames, !frames.isEmpty else { return nil }
      return state.streams[stream]?.frames.removeFirst()
    }
  }

  /// Forgets the frames that wait, because libav does, too.
  func forgetFrames() {
    state.withLock { state in for stream in state.streams.keys { state.streams[stream]?.frames = [] } }
  }
}

extension ArrivalRecord.State {
  /// When all bytes before `end` had been read; `nil` if libav did not wait since, or does not read on in this input.
  fileprivate mutating func arrival(ofByte end: Int64) -> UInt64? {
    guard end > self.end else { return nil }
    self.end = end
    guard let place = reads.firstIndex(where: { $0.count >= end }) else {
      reads.removeAll()
      return nil
    }
    let moment = reads[place].moment
    reads.removeFirst(place)
    return moment
  }
}
