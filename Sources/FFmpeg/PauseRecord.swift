import Synchronization

/// When libav waited, inferred from when it asks whether to go on: before each wait, and every 100 ms while it lasts.
///
/// A frame in packets of RTP or MPEG-TS is known to be complete when the next one begins, which may be seconds later. It
/// came when the wait for the next one began.
final class PauseRecord: Sendable {
  fileprivate struct State {
    /// When it last asked, and when the wait began in which it did.
    var last: UInt64 = 0
    var begin: UInt64 = 0
    var first: UInt64?
  }

  /// A wait that long is no pause between two packets of one frame, in nanoseconds.
  private static let length: UInt64 = 20_000_000
  /// Two questions that lie that far apart are of one wait.
  private static let interval: UInt64 = 95_000_000

  private let state = Mutex(State())

  /// libav asks at `now`.
  func see(_ now: UInt64) {
    state.withLock { state in
      if now &- state.last < Self.interval {
        state.end(at: now, length: Self.length)
        state.begin = now
      } else if state.last == 0 || state.begin == 0 {
        state.begin = now
      }
      state.last = now
    }
  }

  /// The beginning of the first pause since the last call.
  func take(at now: UInt64) -> UInt64? {
    state.withLock { state in
      state.end(at: now, length: Self.length)
      defer { state = State() }
      return state.first
    }
  }
}

extension PauseRecord.State {
  fileprivate mutating func end(at now: UInt64, length: UInt64) {
    if first == nil, begin != 0, now &- begin >= length { first = begin }
  }
}
