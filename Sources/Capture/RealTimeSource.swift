import FFmpeg
import Pipeline
import Scene
import Synchronization

/// A file or test pattern delivered in real time, as by a camera: for tests, and for receivers that expect frames on
/// time.
package final class RealTimeSource: FrameSource {
  private let source: any FrameSource
  private let isLive: Bool
  private let start = Mutex<(clock: UInt64, seconds: Double)?>(nil)
  private let isInterrupted = Atomic(false)
  private let wake = Wakeup()

  /// Delivers the frames of `source` at their times.
  ///
  /// - Parameter isLive: whether to behave as a live source: without audio, and a slow reader loses frames.
  package init(_ source: any FrameSource, isLive: Bool) {
    self.source = source
    self.isLive = isLive
  }

  /// The description of `source`.
  package var description: SourceDescription {
    var description = source.description
    guard isLive else { return description }
    description.kind = .live
    description.path = nil
    return description
  }
  /// The audio of `source`; `nil` if it behaves as a live source.
  package var audio: AudioPackets? { isLive ? nil : source.audio }
  /// The losses of `source`.
  package var losses: SourceLosses { source.losses }

  /// Waits until the next frame is due.
  package func next() throws(CaptureError) -> CaptureOutcome {
    switch try source.next() {
    case .endOfStream: return .endOfStream
    case .frame(var frame):
      let now = FrameStamp.now()
      let seconds = frame.stamp.seconds
      let first = start.withLock { start in
        if start == nil { start = (now, seconds) }
        return start ?? (now, seconds)
      }
      // Times in a file can be arbitrary.
      let due = first.clock &+ UInt64(min(max(0, (seconds - first.seconds) * 1e9), 1e18))
      if due > now { wake.wait(seconds: Double(due - now) / 1e9) }
      // Relaxed: an independent flag; `interrupt` also interrupts the source, which is called again if this is
      // missed.
      if isInterrupted.load(ordering: .relaxed) {
        throw CaptureError(.interrupted, "cannot read \(description.address): interrupted")
      }
      frame.stamp.arrival = FrameStamp.now()
      return .frame(frame)
    }
  }

  /// Ends the current `next()` and all later ones.
  package func interrupt() {
    // Relaxed: see `next`.
    isInterrupted.store(true, ordering: .relaxed)
    source.interrupt()
    wake.end()
  }
}
