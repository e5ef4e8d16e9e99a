import Dispatch

/// A periodic timer as an asynchronous sequence.
package enum Ticker {
  /// A tick now and then one every `seconds`; missed ticks are skipped.
  package static func beats(every seconds: Double) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now(), repeating: seconds)
    // The handler keeps the timer alive until the stream ends.
    timer.setEventHandler { if case .terminated = continuation.yield() { timer.cancel() } }
    timer.resume()
    return stream
  }
}

extension AsyncStream where Element: Sendable {
  /// The same values, with `nil` at once and then every `seconds`, so that writing reveals a connection that is gone.
  /// Up to `depth` values are queued for a slow reader.
  package func withHeartbeat(every seconds: Double, depth: Int) -> AsyncStream<Element?> {
    let (stream, continuation) = AsyncStream<Element?>.makeStream(bufferingPolicy: .bufferingNewest(depth))
    let forwarding = Task {
      for await item in self { continuation.yield(item) }
      continuation.finish()
    }
    let beats = Task { for await _ in Ticker.beats(every: seconds) { continuation.yield(nil) } }
    continuation.onTermination = { _ in
      forwarding.cancel()
      beats.cancel()
    }
    return stream
  }
}
