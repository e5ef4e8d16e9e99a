public import FFmpeg
import Pipeline
import Scene
import Synchronization

/// A file or a pattern that is given out as fast as it was taken, as a camera would: for trying things out, and for
/// receivers that expect frames at their time.
public final class RealTimeSource: FrameSource {
  private let source: any FrameSource
  private let isLive: Bool
  private let start = Mutex<(clock: UInt64, seconds: Double)?>(nil)
  private let isInterrupted = Atomic(false)
  private let wake = Wakeup()

  /// The frames of `source`, each at its time.
  ///
  /// - Parameter isLive: whether it passes for a live source: without audio, and who is late loses frames.
  public init(_ source: any FrameSource, isLive: Bool) {
    self.source = source
    self.isLive = isLive
  }

  /// What `source` is.
  public var description: SourceDescription {
    var description = source.description
    guard isLive else { return description }
    description.kind = .live
    description.path = nil
    return description
  }
  /// The audio of a source that does not pass for live.
  public var audio: PacketQueue? { isLive ? nil : source.audio }
  /// What `source` lost.
  public var losses: SourceLosses { source.losses }

  /// The next frame, when it is due.
  public func next() throws(CaptureError) -> CaptureOutcome {
    switch try source.next() {
    case .endOfStream: return .endOfStream
    case .frame(var frame):
      let now = FrameStamp.now()
      let seconds = frame.stamp.seconds
      let first = start.withLock { start in
        if start == nil { start = (now, seconds) }
        return start ?? (now, seconds)
      }
      // A file may name any time.
      let due = first.clock &+ UInt64(min(max(0, (seconds - first.seconds) * 1e9), 1e18))
      if due > now { wake.wait(seconds: Double(due - now) / 1e9) }
      // Relaxed: a flag on its own; `interrupt` also ends the source, which is asked again if this is missed.
      if isInterrupted.load(ordering: .relaxed) {
        throw CaptureError(.interrupted, "cannot read \(description.address): interrupted")
      }
      frame.stamp.arrival = FrameStamp.now()
      return .frame(frame)
    }
  }

  /// Ends a `next()` that waits, and all later ones.
  public func interrupt() {
    // Relaxed: see `next`.
    isInterrupted.store(true, ordering: .relaxed)
    source.interrupt()
    wake.end()
  }
}
