import Synchronization

/// Sends values to many listeners. A slow listener loses the oldest values and delays nobody.
package final class Broadcast<Value: Sendable>: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<Value>.Continuation] = [:]
    var nextID = 0
    var isOver = false
  }

  private let state = Mutex(State())

  /// A broadcast without listeners.
  package init() {}

  /// Whether there are listeners; if not, a value need not be made.
  package var hasListeners: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// Number of listeners.
  package var listenerCount: Int { state.withLock { $0.listeners.count } }

  /// All values from now on; up to `depth` are queued for a slow listener.
  package func listen(depth: Int) -> AsyncStream<Value> {
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

  /// Sends `value` to all listeners.
  package func send(_ value: Value) {
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(value) }
  }

  /// Ends the streams of all listeners.
  package func finish() {
    let listeners = state.withLock { state in
      state.isOver = true
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }
}
