import NIOCore
import Synchronization

/// Counts connections and wrong tokens, so that a few callers cannot take the place of all others.
///
/// There is always room for one more: the connection without a token that has been idle longest is closed, first of the same
/// address, then of any. An IPv6 network of 64 bits counts as one address.
final class Callers: Sendable {
  /// Maximum number of connections without a token, of one address and of all.
  struct Limits: Sendable {
    var perAddress = 64
    var total = 256
    /// Wrong tokens in a minute after which an address is locked out until the minute is over.
    var guesses = 10
    /// Maximum number of addresses whose wrong tokens are counted.
    var remembered = 4096
  }

  /// State of a connection.
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

  /// Wrong tokens since the start, and connections that were closed for others.
  var counts: (guesses: Int, evicted: Int) { state.withLock { ($0.guessCount, $0.evictedCount) } }

  /// Adds a connection from `address`. Closes another one if there are too many.
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
      // If all connections are busy, the new one is refused.
      let gone = idle.min { $0.value.lastUse < $1.value.lastUse }?.key ?? id
      state.evictedCount += 1
      return state.callers.removeValue(forKey: gone)
    }
    excess?.close()
  }

  /// A request starts, or its answer ends. `isKnown` after a request with a valid token.
  func note(_ id: ObjectIdentifier, isBusy: Bool, isKnown: Bool = false, at now: NIODeadline = .now()) {
    state.withLock { state in
      state.callers[id]?.isBusy = isBusy
      state.callers[id]?.lastUse = now
      if isKnown { state.callers[id]?.isKnown = true }
    }
  }

  /// A connection has ended.
  func leave(_ id: ObjectIdentifier) { state.withLock { state in _ = state.callers.removeValue(forKey: id) } }

  /// `address` has sent a wrong token.
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

  /// Whether `address` is locked out now.
  func isLockedOut(_ address: String, at now: NIODeadline = .now()) -> Bool {
    state.withLock { state in
      state.guesses[address].map { $0.count >= limits.guesses && now - $0.began < .minutes(1) } ?? false
    }
  }
}

extension Callers {
  /// The callers that share limits with the IP address `address`: of IPv6 those of its first 64 bits, because a single machine
  /// has as many addresses as it wants there. Addresses of one link (`fe80::`) and others stand for themselves.
  static func network(of address: String) -> String {
    guard address.contains(":"), !address.hasPrefix("fe80:") else { return address }
    // An IPv4 address in IPv6's form.
    if let last = address.split(separator: ":").last, last.contains(".") { return String(last) }
    let halves = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false).map {
      $0.split(separator: ":").map(String.init)
    }
    let last = halves.count > 1 ? halves[1] : []
    let groups = halves[0] + Array(repeating: "0", count: max(0, 8 - halves[0].count - last.count)) + last
    return groups.prefix(4).joined(separator: ":") + "::/64"
  }

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
