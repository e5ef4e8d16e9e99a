import RingBuffer
import Synchronization

/// One lane of a channel: a lock-free store, a phase, and a parker for each side.
final class Lane<Element: ~Copyable & Sendable>: Sendable {
  /// Phases only advance.
  private enum Phase: UInt8, AtomicRepresentable { case open, finished, cancelled }

  private enum Store {
    case ring(FrameRing<Element>, waitsForRoom: Bool)
    case slot(LatestSlot<Element>)
  }

  private let store: Store
  private let phase = Atomic<Phase>(.open)
  private let refused = Atomic<Int>(0)
  private let sender = Parker()
  private let receiver = Parker()

  init(capacity: Int, policy: OverflowPolicy) {
    store =
      switch policy {
      case .wait: .ring(FrameRing(capacity: capacity), waitsForRoom: true)
      case .refuseNewest: .ring(FrameRing(capacity: capacity), waitsForRoom: false)
      case .keepNewest: .slot(LatestSlot())
      }
  }

  func send(_ element: consuming Element) -> SendOutcome {
    switch store {
    case .slot(let slot):
      guard isOpen else { return .closed }
      let isDisplacing = slot.publish(element) != nil
      receiver.unpark()
      return isDisplacing ? .lostOne : .sent
    case .ring(let ring, let waitsForRoom):
      while isOpen {
        switch ring.tryPush(element) {
        case .stored:
          receiver.unpark()
          return .sent
        case .full(let returned):
          guard waitsForRoom else {
            // Relaxed: a statistic; no memory access depends on it.
            refused.add(1, ordering: .relaxed)
            return .lostOne
          }
          element = returned
          sender.park()
        }
      }
      return .closed
    }
  }

  func receive() -> ReceiveOutcome<Element> {
    while true {
      // Acquiring, pairs with the releasing exchange in `close`. Read before the store is tried: then all values sent
      // before `finished` was written are visible, and an empty store means the end.
      let phase = phase.load(ordering: .acquiring)
      if phase == .cancelled {
        drain()
        return .closed
      }
      if let element = takeNow() { return .value(element) }
      if phase == .finished { return .closed }
      receiver.park()
    }
  }

  func finish() { close(.finished) }

  func cancel() { close(.cancelled) }

  func drain() { while case .some = takeNow() {} }

  var waitingCount: Int {
    switch store {
    case .ring(let ring, _): ring.count
    case .slot(let slot): slot.isFresh ? 1 : 0
    }
  }

  var lostCount: Int {
    switch store {
    // Relaxed: a statistic; no memory access depends on it.
    case .ring: refused.load(ordering: .relaxed)
    case .slot(let slot): slot.displacedCount
    }
  }

  /// Acquiring, pairs with the releasing exchange in `close`.
  private var isOpen: Bool { phase.load(ordering: .acquiring) == .open }

  private func takeNow() -> Element? {
    switch store {
    case .ring(let ring, _):
      let element = ring.tryPop()
      if element != nil { sender.unpark() }
      return element
    case .slot(let slot): return slot.take()
    }
  }

  private func close(_ end: Phase) {
    // Relaxed first look; the exchange below decides and, releasing, pairs with the acquiring loads of both sides.
    var current = phase.load(ordering: .relaxed)
    while current.rawValue < end.rawValue {
      let (exchanged, seen) = phase.compareExchange(
        expected: current, desired: end, successOrdering: .releasing, failureOrdering: .relaxed)
      if exchanged { break }
      current = seen
    }
    sender.unpark()
    receiver.unpark()
  }
}
