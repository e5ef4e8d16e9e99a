import FFmpeg
import Scene
import Synchronization

/// A file that is repeated endlessly with continuous times and without audio.
package final class LoopingSource: FrameSource {
  /// What is known of the source before its first frame.
  package let description: SourceDescription
  private let open: @Sendable () throws(CaptureError) -> any FrameSource
  private let current: Mutex<any FrameSource>
  private let flag = InterruptFlag()
  private let state: Mutex<State>
  /// Losses of earlier rounds. Not in `state`, which `next` locks while it waits.
  private let past = Mutex(SourceLosses())

  private struct State {
    var index = 0
    var countInRound = 0
    /// Offset of the times of this round, and the last time delivered.
    var shift = 0.0
    var last = 0.0
  }

  /// Repeats the source that `open` opens.
  init(_ open: @escaping @Sendable () throws(CaptureError) -> any FrameSource) throws(CaptureError) {
    self.open = open
    let first = try open()
    var description = first.description
    description.duration = nil
    description.frameCount = nil
    self.description = description
    current = Mutex(first)
    state = Mutex(State())
  }

  /// No audio.
  package var audio: AudioPackets? { nil }

  /// Losses so far.
  package var losses: SourceLosses {
    past.withLock { past in past + current.withLock { $0 }.losses }
  }

  /// The next frame; `endOfStream` only for a source without frames.
  package func next() throws(CaptureError) -> CaptureOutcome {
    try state.withLock { (state) throws(CaptureError) -> CaptureOutcome in
      while true {
        if flag.isInterrupted {
          throw CaptureError(.interrupted, "cannot read \(description.address): interrupted")
        }
        let source = current.withLock { $0 }
        switch try source.next() {
        case .frame(var frame):
          if state.countInRound == 0, state.index > 0 {
            state.shift = state.last + 1 / (description.nominalRate ?? 25) - frame.stamp.seconds
          }
          frame.stamp.seconds += state.shift
          frame.stamp.index = state.index
          state.last = frame.stamp.seconds
          state.index += 1
          state.countInRound += 1
          return .frame(frame)
        case .endOfStream:
          if state.countInRound == 0 { return .endOfStream }
          state.countInRound = 0
          let losses = source.losses
          let fresh = try open()
          past.withLock { past in
            past = past + losses
            current.withLock { $0 = fresh }
          }
        }
      }
    }
  }

  /// Interrupts `next`; callable on any thread.
  package func interrupt() {
    flag.interrupt()
    current.withLock { $0 }.interrupt()
  }
}
