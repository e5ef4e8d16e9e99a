package import RingBuffer
import Synchronization

/// Passes owned values from one stage to the next, with back-pressure.
///
/// A channel has one sending and one receiving thread. It can be closed on any thread, more than once. With several
/// lanes it distributes its values to parallel workers round-robin and collects their results in the same order:
/// value `i` goes through lane `i % lanes`. Each worker receives from its lane of one channel and must send exactly
/// one value to its lane of the next.
package final class Channel<Element: ~Copyable & Sendable>: ChannelEnds {
  private let lanes: [Lane<Element>]
  // Each cursor belongs to one thread; it is atomic only to make the class Sendable.
  private let sendCursor = Atomic<Int>(0)
  private let receiveCursor = Atomic<Int>(0)

  /// An open, empty channel.
  ///
  /// - Parameters:
  ///   - capacity: number of values per lane; always 1 with `keepNewest`.
  ///   - policy: what happens when the receiver is too slow. More than one lane needs `wait`: a lost value would
  ///     break the order.
  ///   - lanes: number of workers.
  package init(capacity: Int, policy: OverflowPolicy = .wait, lanes: Int = 1) {
    precondition(lanes == 1 || (lanes > 1 && policy == .wait), "lanes keep order only if no value is lost")
    self.lanes = (0..<lanes).map { _ in Lane(capacity: capacity, policy: policy) }
  }

  private init(lane: Lane<Element>) { lanes = [lane] }

  /// The channel of one worker: lane `index` only.
  package func lane(_ index: Int) -> Channel { Channel(lane: lanes[index]) }

  /// Number of lanes.
  package var laneCount: Int { lanes.count }

  /// Sends `element`; waits for room if the policy is `wait`.
  package func send(_ element: consuming Element) -> SendOutcome {
    // Relaxed, here and below: only the sending thread touches this cursor.
    let turn = sendCursor.load(ordering: .relaxed)
    let outcome = lanes[turn].send(element)
    if lanes.count > 1 { sendCursor.store((turn + 1) % lanes.count, ordering: .relaxed) }
    return outcome
  }

  /// Waits for the next value, in order, or the end of the channel.
  package func receive() -> ReceiveOutcome<Element> {
    // Relaxed, here and below: only the receiving thread touches this cursor.
    let turn = receiveCursor.load(ordering: .relaxed)
    switch lanes[turn].receive() {
    case .closed: return .closed
    case .value(let element):
      if lanes.count > 1 { receiveCursor.store((turn + 1) % lanes.count, ordering: .relaxed) }
      return .value(element)
    }
  }

  /// Accepts no more values; the receiver still gets all queued values, then `closed`.
  package func finish() { for lane in lanes { lane.finish() } }

  /// Ends both sides at once; queued values are dropped.
  package func cancel() { for lane in lanes { lane.cancel() } }

  /// Drops all queued values. Call on the receiving thread, or on any thread after both sides have ended.
  package func drain() { for lane in lanes { lane.drain() } }

  /// Number of queued values, for display.
  package var waitingCount: Int { lanes.reduce(0) { $0 + $1.waitingCount } }

  /// Number of values lost by the policy: displaced by a newer one, or refused.
  package var lostCount: Int { lanes.reduce(0) { $0 + $1.lostCount } }
}

/// The part of a channel that does not depend on its element type.
package protocol ChannelEnds: AnyObject, Sendable {
  /// Accepts no more values; the receiver still gets all queued values, then `closed`.
  func finish()
  /// Ends both sides at once; queued values are dropped.
  func cancel()
  /// Drops all queued values. Call on the receiving thread, or on any thread after both sides have ended.
  func drain()
  /// Number of queued values, for display.
  var waitingCount: Int { get }
  /// Number of values lost by the policy: displaced by a newer one, or refused.
  var lostCount: Int { get }
}

/// The result of sending a value.
package enum SendOutcome: Hashable, Sendable {
  /// The receiver will get it, unless the channel is cancelled or a newer value displaces it.
  case sent
  /// By the channel's policy one value was lost: this one (`refuseNewest`) or the one it displaced (`keepNewest`).
  case lostOne
  /// The channel is closed; the value was dropped.
  case closed
}

/// The result of receiving from a channel.
package enum ReceiveOutcome<Element: ~Copyable>: ~Copyable {
  /// The next value.
  case value(Element)
  /// There are no more values.
  case closed
}

extension ReceiveOutcome: Sendable where Element: Sendable & ~Copyable {}
