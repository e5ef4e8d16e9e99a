import Capture
import Outputs
import Scene
import Synchronization

/// The event log of a run, which two threads write: delivery what the frames show, capture what becomes of the source.
final class EventSink: Sendable {
  private let log: Mutex<EventLog?>

  init(_ log: consuming EventLog, watch: SourceWatch?) {
    self.log = Mutex(consume log)
    watch?.listen { [weak self] change in self?.write(change) }
  }

  func write(_ findings: FrameFindings) throws(OutputError) {
    try log.withLock { (log) throws(OutputError) in try log?.write(findings) }
  }

  func finish() throws(OutputError) {
    let log = log.withLock { $0.take() }
    if let log { try log.finish() }
  }

  /// A log that cannot be written fails the run with its next frame; the source is not to suffer from it.
  private func write(_ change: SourceWatch.Change) {
    let event: CameraEvent? =
      switch change.state {
      case .connecting: nil
      case .down(let cause, let message, _): .down(cause: cause.rawValue, message: message)
      case .up(let facts):
        .up(width: facts.width, height: facts.height, codec: facts.codec, rate: facts.rate, outage: change.outage)
      }
    guard let event else { return }
    log.withLock { try? $0?.write(event, at: change.time) }
  }
}
