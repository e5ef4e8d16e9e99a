public import RingBuffer
import Synchronization

/// Hands owned values from one stage to the next and makes each wait for the other.
///
/// A channel has one sending and one receiving thread. Closing may come from any thread, at any time, more than once.
/// With more than one lane it deals its values to parallel workers in turn and collects them in the same turn, so
/// that order is kept: value `i` goes through lane `i % lanes`. Each worker then takes from its lane of one channel and
/// must put exactly one value into its lane of the next.
public final class Channel<Element: ~Copyable & Sendable>: ChannelEnds {
  private let lanes: [Lane<Element>]
  // Each cursor belongs to one thread; it is atomic only so that the class can be shared.
  private let sendCursor = Atomic<Int>(0)
  private let receiveCursor = Atomic<Int>(0)

  /// An open, empty channel.
  ///
  /// - Parameters:
  ///   - capacity: how many values each lane holds; with `keepNewest` always one.
  ///   - policy: what happens when the receiver falls behind. More than one lane needs `wait`: a lost value would
  ///     break the turn.
  ///   - lanes: how many workers share the work.
  public init(capacity: Int, policy: OverflowPolicy = .wait, lanes: Int = 1) {
    precondition(lanes == 1 || (lanes > 1 && policy == .wait), "lanes keep order only if no value is lost")
    self.lanes = (0..<lanes).map { _ in Lane(capacity: capacity, policy: policy) }
  }

  private init(lane: Lane<Element>) { lanes = [lane] }

  /// The channel that one worker sees: lane `index` alone.
  public func lane(_ index: Int) -> Channel { Channel(lane: lanes[index]) }

  /// How many lanes the values are dealt to.
  public var laneCount: Int { lanes.count }

  /// Gives `element` to the receiver, waiting for room if the policy is `wait`.
  public func send(_ element: consuming Element) -> SendOutcome {
    // Relaxed, here and below: only the sending thread touches this cursor.
    let turn = sendCursor.load(ordering: .relaxed)
    let outcome = lanes[turn].send(element)
    if lanes.count > 1 { sendCursor.store((turn + 1) % lanes.count, ordering: .relaxed) }
    return outcome
  }

  /// The next value in order, waiting until there is one or the channel ends.
  public func receive() -> ReceiveOutcome<Element> {
    // Relaxed, here and below: only the receiving thread touches this cursor.
    let turn = receiveCursor.load(ordering: .relaxed)
    switch lanes[turn].receive() {
    case .closed: return .closed
    case .value(let element):
      if lanes.count > 1 { receiveCursor.store((turn + 1) % lanes.count, ordering: .relaxed) }
      return .value(element)
    }
  }

  /// Takes no more values; the receiver still gets all that wait, then `closed`.
  public func finish() { for lane in lanes { lane.finish() } }

  /// Ends at once for both sides; values that wait are dropped.
  public func cancel() { for lane in lanes { lane.cancel() } }

  /// Drops all values that wait. For the receiving thread, or for anyone once both sides have ended.
  public func drain() { for lane in lanes { lane.drain() } }

  /// How many values wait, for people to look at.
  public var waitingCount: Int { lanes.reduce(0) { $0 + $1.waitingCount } }

  /// How many values the policy has lost: displaced by a newer one, or refused.
  public var lostCount: Int { lanes.reduce(0) { $0 + $1.lostCount } }
}

/// What a run needs of a channel, whatever flows through it.
public protocol ChannelEnds: AnyObject, Sendable {
  /// Takes no more values; the receiver still gets all that wait, then `closed`.
  func finish()
  /// Ends at once for both sides; values that wait are dropped.
  func cancel()
  /// Drops all values that wait. For the receiving thread, or for anyone once both sides have ended.
  func drain()
  /// How many values wait, for people to look at.
  var waitingCount: Int { get }
  /// How many values the policy has lost: displaced by a newer one, or refused.
  var lostCount: Int { get }
}

/// What became of a value that was sent.
public enum SendOutcome: Hashable, Sendable {
  /// The receiver will get it, unless the channel is cancelled or a newer value displaces it.
  case sent
  /// By the channel's policy one value was lost: this one (`refuseNewest`) or the one it displaced (`keepNewest`).
  case lostOne
  /// Nobody will take it any more; it was dropped.
  case closed
}

/// What came out of a channel.
public enum ReceiveOutcome<Element: ~Copyable>: ~Copyable {
  /// The next value.
  case value(Element)
  /// There will be no more.
  case closed
}

extension ReceiveOutcome: Sendable where Element: Sendable & ~Copyable {}
