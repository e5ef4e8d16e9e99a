import Dispatch

/// Beats at a steady rate, until the listener ends.
package enum Ticker {
  /// A beat now and then one every `seconds`; beats that nobody was there for are not made up for.
  package static func beats(every seconds: Double) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now(), repeating: seconds)
    // The handler keeps the timer, until it finds that nobody listens any more.
    timer.setEventHandler { if case .terminated = continuation.yield() { timer.cancel() } }
    timer.resume()
    return stream
  }
}

extension AsyncStream where Element: Sendable {
  /// The same values, with `nil` at once and then every `seconds`: a connection that nobody reads is noticed by it. A slow
  /// reader finds the last `depth`.
  package func withHeartbeat(every seconds: Double, depth: Int) -> AsyncStream<Element?> {
    let (stream, continuation) = AsyncStream<Element?>.makeStream(bufferingPolicy: .bufferingNewest(depth))
    let news = Task {
      for await item in self { continuation.yield(item) }
      continuation.finish()
    }
    let beats = Task { for await _ in Ticker.beats(every: seconds) { continuation.yield(nil) } }
    continuation.onTermination = { _ in
      news.cancel()
      beats.cancel()
    }
    return stream
  }
}
