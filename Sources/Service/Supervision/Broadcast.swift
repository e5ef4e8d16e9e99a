import Synchronization

/// Tells many listeners the same; who is slow loses the oldest and holds nobody up.
final class Broadcast<Value: Sendable>: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<Value>.Continuation] = [:]
    var nextID = 0
    var isOver = false
  }

  private let state = Mutex(State())

  /// Whether anyone listens: what nobody hears need not be made.
  var isHeard: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// How many listen.
  var listenerCount: Int { state.withLock { $0.listeners.count } }

  /// All that is told from now on; the last `depth` wait for a slow listener.
  func listen(depth: Int) -> AsyncStream<Value> {
    let (stream, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(depth))
    let id: Int? = state.withLock { state in
      guard !state.isOver else { return nil }
      defer { state.nextID += 1 }
      state.listeners[state.nextID] = continuation
      return state.nextID
    }
    guard let id else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.listeners.removeValue(forKey: id) } }
    return stream
  }

  /// Tells `value` to all.
  func tell(_ value: Value) {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(value) }
  }

  /// Ends all listening.
  func finish() {
    let listeners = state.withLock { state in
      state.isOver = true
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }
}
