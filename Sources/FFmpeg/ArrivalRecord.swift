import Synchronization

/// Arrival times of the frames of an input, derived from libav's log and callbacks: libav logs each packet and frame
/// that it reads, and calls back before it waits for bytes.
///
/// A frame in RTP or MPEG-TS packets is known to be complete only when the next one starts, which may be seconds
/// later; its arrival is that of its last packet. Frames read while the input is opened are queued here.
final class ArrivalRecord: Sendable {
  /// Arrival times of a frame, in monotonic nanoseconds.
  struct Arrival: Hashable, Sendable {
    /// Arrival of the packet with which libav returned the frame.
    var given: UInt64
    /// Arrival of the packet before it: the frame's last packet, if its end is found by the next frame.
    var beforeNext: UInt64
  }

  fileprivate struct Stream {
    var last: UInt64
    var previous: UInt64
    var framesSinceLast = 0
    var frames: [Arrival] = []
  }

  fileprivate struct State {
    /// Byte counts at which libav started to wait for more, ascending, with the moment when all of them had arrived.
    var reads: [(count: Int64, moment: UInt64)] = []
    var streams: [Int: Stream] = [:]
    /// Where the last packet ended.
    var end: Int64 = 0
  }

  /// More reads than the largest keyframe needs.
  private static let readLimit = 4096

  private let state = Mutex(State())

  /// libav starts to wait at `now`, after `count` bytes.
  func wait(at now: UInt64, after count: Int64) {
    state.withLock { state in
      guard count > state.reads.last?.count ?? 0 else { return }
      if state.reads.count >= Self.readLimit { state.reads.removeFirst(Self.readLimit / 2) }
      state.reads.append((count, now))
    }
  }

  /// libav read a packet of `stream` at `now`, which ends before byte `end` of the input, if known.
  func addPacket(of stream: Int, endingAt end: Int64, at now: UInt64) {
    state.withLock { state in
      let moment = state.arrival(ofByte: end) ?? now
      // Data before the first packet arrived with it.
      let previous = state.streams[stream]?.last ?? moment
      state.streams[stream, default: Stream(last: moment, previous: moment)].last = moment
      state.streams[stream]?.previous = previous
      state.streams[stream]?.framesSinceLast = 0
    }
  }

  /// libav completed a frame of `stream`, or another whole packet.
  func addFrame(of stream: Int, at now: UInt64) {
    state.withLock { state in
      var current = state.streams[stream] ?? Stream(last: now, previous: now)
      // If several frames end within one packet, only the first started before it.
      let beforeNext = current.framesSinceLast == 0 ? current.previous : current.last
      current.frames.append(Arrival(given: current.last, beforeNext: beforeNext))
      current.framesSinceLast += 1
      state.streams[stream] = current
    }
  }

  /// Takes the arrival of the next frame of `stream`; `nil` if none was reported.
  func takeFrame(of stream: Int) -> Arrival? {
    state.withLock { state in
      guard let frames = state.streams[stream]?.frames, !frames.isEmpty else { return nil }
      return state.streams[stream]?.frames.removeFirst()
    }
  }

  /// Drops the queued frames, as libav does.
  func forgetFrames() {
    state.withLock { state in for stream in state.streams.keys { state.streams[stream]?.frames = [] } }
  }
}

extension ArrivalRecord.State {
  /// When all bytes before `end` had arrived; `nil` if libav has not waited since, or does not read sequentially.
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
