import NIOCore
import Synchronization

/// Who is connected, and who guesses tokens: what keeps a few callers from taking the place of all others.
///
/// There is always room for one more: the connection that has been idle longest and has shown no token makes way, first of
/// the same address, then of any.
final class Callers: Sendable {
  /// Connections of one address that have shown no token, and of all together.
  struct Limits: Sendable {
    var perAddress = 64
    var total = 256
    /// Wrong tokens in a minute, after which an address is not listened to until the minute is over.
    var guesses = 10
    /// Addresses whose guesses are remembered.
    var remembered = 4096
  }

  /// What is known of a connection.
  private struct Caller {
    let address: String
    let close: @Sendable () -> Void
    var lastUse: NIODeadline
    var isBusy = false
    var isKnown = false
  }

  private struct Guesses {
    var began: NIODeadline
    var count = 0
  }

  private struct State {
    var callers: [ObjectIdentifier: Caller] = [:]
    var guesses: [String: Guesses] = [:]
    var guessCount = 0
    var evictedCount = 0
  }

  private let limits: Limits
  private let state = Mutex(State())

  init(limits: Limits) { self.limits = limits }

  /// Wrong tokens since the start, and connections that made way for others.
  var counts: (guesses: Int, evicted: Int) { state.withLock { ($0.guessCount, $0.evictedCount) } }

  /// Somebody connects from `address`. Closes another connection where there are too many.
  func enter(
    _ id: ObjectIdentifier, address: String, at now: NIODeadline = .now(), close: @escaping @Sendable () -> Void
  ) {
    let excess = state.withLock { state in
      state.callers[id] = Caller(address: address, close: close, lastUse: now)
      let strangers = state.callers.filter { !$0.value.isKnown && $0.value.address == address }
      let pool =
        strangers.count > limits.perAddress ? strangers : state.callers.count > limits.total ? state.callers : [:]
      guard !pool.isEmpty else { return nil as Caller? }
      let idle = pool.filter { !$0.value.isBusy && !$0.value.isKnown && $0.key != id }
      // Where everybody is being answered there is no room after all.
      let gone = idle.min { $0.value.lastUse < $1.value.lastUse }?.key ?? id
      state.evictedCount += 1
      return state.callers.removeValue(forKey: gone)
    }
    excess?.close()
  }

  /// A request begins, or its answer ends. `isKnown` once it was one that needs a token.
  func note(_ id: ObjectIdentifier, isBusy: Bool, isKnown: Bool = false, at now: NIODeadline = .now()) {
    state.withLock { state in
      state.callers[id]?.isBusy = isBusy
      state.callers[id]?.lastUse = now
      if isKnown { state.callers[id]?.isKnown = true }
    }
  }

  /// A connection has ended.
  func leave(_ id: ObjectIdentifier) { state.withLock { state in _ = state.callers.removeValue(forKey: id) } }

  /// `address` has shown a wrong token.
  func noteGuess(_ address: String, at now: NIODeadline = .now()) {
    state.withLock { state in
      state.guessCount += 1
      if state.guesses.count >= limits.remembered {
        state.guesses = state.guesses.filter { now - $0.value.began < .minutes(1) }
      }
      if state.guesses.count >= limits.remembered { state.guesses = [:] }
      var guesses = state.guesses[address] ?? Guesses(began: now)
      if now - guesses.began >= .minutes(1) { guesses = Guesses(began: now) }
      guesses.count += 1
      state.guesses[address] = guesses
    }
  }

  /// Whether `address` has guessed too often to be listened to now.
  func isLockedOut(_ address: String, at now: NIODeadline = .now()) -> Bool {
    state.withLock { state in
      state.guesses[address].map { $0.count >= limits.guesses && now - $0.began < .minutes(1) } ?? false
    }
  }
}

extension Callers {
  /// The counts in the text format of Prometheus.
  var metrics: String {
    let counts = counts
    return """
      # HELP yolostream_http_wrong_tokens_total Requests with a token that is not the right one.
      # TYPE yolostream_http_wrong_tokens_total counter
      yolostream_http_wrong_tokens_total \(counts.guesses)
      # HELP yolostream_http_evicted_connections_total Idle connections that made way for others.
      # TYPE yolostream_http_evicted_connections_total counter
      yolostream_http_evicted_connections_total \(counts.evicted)

      """
  }
}
