import Pipeline
import Streaming
import Synchronization

/// Ends active objects while a camera is offline.
extension WatchedCamera {
  /// Gives a camera that is offline a turn without a frame. Called now and then.
  func noteOutage() { if record.isOut { offerTurn() } }

  /// Ends what was active when frames stopped, and its visit, once it has been out of sight for too long. In a turn of the
  /// camera, so that no frame is analysed meanwhile.
  func concludeOutage() {
    guard record.isOut else { return }
    events.publish(analyser.withLock { $0.outageEvents(at: MonotonicTime.nanoseconds) })
  }
}
