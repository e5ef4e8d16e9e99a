import Dispatch

/// A beat at a steady pace, until whoever listens has had enough.
enum Ticker {
  /// A beat now and then one every `seconds`; beats that nobody was there for are not made up for.
  static func beats(every seconds: Double) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now(), repeating: seconds)
    // The handler keeps the timer, until it finds that nobody listens any more.
    timer.setEventHandler { if case .terminated = continuation.yield() { timer.cancel() } }
    timer.resume()
    return stream
  }
}
