import Outputs
import Scene

/// Streams to a receiver that may be offline. `StreamPush` draws on its own copies and never blocks the sink.
final class PushSink: Sink {
  private let push: StreamPush

  init(_ push: StreamPush) { self.push = push }

  func take(_ frame: SinkFrame) {
    guard let pixels = frame.pixels else { return }
    push.offer(pixels.buffer, at: frame.findings.stamp.seconds, drawing: frame.findings)
  }

  func finish() { push.finish() }
}
