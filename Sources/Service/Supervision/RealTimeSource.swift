import Capture
import Dispatch
import FFmpeg
import Scene
import Synchronization

/// A file or a pattern that is given out as fast as it was taken, as a camera would: for trying things out.
final class RealTimeSource: FrameSource {
  private let source: any FrameSource
  private let start = Mutex<(clock: UInt64, seconds: Double)?>(nil)
  private let isInterrupted = Atomic(false)
  private let wake = DispatchSemaphore(value: 0)

  init(_ source: any FrameSource) { self.source = source }

  var description: SourceDescription {
    var description = source.description
    description.kind = .live
    description.path = nil
    return description
  }
  var audio: PacketQueue? { nil }
  var losses: SourceLosses { source.losses }

  func next() throws(CaptureError) -> CaptureOutcome {
    switch try source.next() {
    case .endOfStream: return .endOfStream
    case .frame(var frame):
      let now = FrameStamp.now()
      let seconds = frame.stamp.seconds
      let first = start.withLock { start in
        if start == nil { start = (now, seconds) }
        return start ?? (now, seconds)
      }
      let due = first.clock &+ UInt64(max(0, (seconds - first.seconds) * 1e9))
      if due > now { _ = wake.wait(timeout: .now() + .nanoseconds(Int(clamping: due - now))) }
      // Relaxed: a flag on its own; `interrupt` also ends the source, which is asked again if this is missed.
      if isInterrupted.load(ordering: .relaxed) {
        throw CaptureError(.interrupted, "cannot read \(description.address): interrupted")
      }
      frame.stamp.arrival = FrameStamp.now()
      return .frame(frame)
    }
  }

  func interrupt() {
    // Relaxed: see `next`.
    isInterrupted.store(true, ordering: .relaxed)
    source.interrupt()
    wake.signal()
  }
}
