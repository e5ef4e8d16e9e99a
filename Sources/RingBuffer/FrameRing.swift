public import Synchronization

/// A bounded, lock-free queue of owned values between exactly one producing and one consuming thread.
///
/// Neither side ever blocks: `tryPush` gives the value back when there is no room, `tryPop` says when there is nothing.
/// Waiting is the business of whoever uses the ring. The two indices count up for ever; a slot is `index & mask`.
/// After "A Lock-Free, Cache-Efficient Shared Ring Buffer" (Lee, Bu, Chandranmenon 2010): each side keeps a copy of the
/// other's index and reads the shared one only when the copy says full or empty.
@safe
public final class FrameRing<Element: ~Copyable & Sendable>: @unchecked Sendable {
  /// The most values that can wait at once.
  public let capacity: Int
  @usableFromInline let mask: Int
  @usableFromInline let slots: UnsafeMutablePointer<Element>

  // Each side's words lie 128 bytes from everything another thread writes: a cache line and the one fetched with it.
  @usableFromInline let paddingBeforeProducer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// How many values were ever pushed. Written by the producer only.
  @usableFromInline let pushed = Atomic<Int>(0)
  /// The producer's copy of `popped`; never ahead of it, so a slot taken for free is free.
  @exclusivity(unchecked) @usableFromInline var poppedAsSeenByProducer = 0
  @usableFromInline let paddingBeforeConsumer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// How many values were ever popped. Written by the consumer only.
  @usableFromInline let popped = Atomic<Int>(0)
  /// The consumer's copy of `pushed`; never ahead of it, so a slot taken for filled is filled.
  @exclusivity(unchecked) @usableFromInline var pushedAsSeenByConsumer = 0
  @usableFromInline let paddingAfterConsumer: InlineArray<16, UInt64> = .init(repeating: 0)

  /// An empty ring for `capacity` values, at least 1. All memory is taken here.
  public init(capacity: Int) {
    precondition(capacity >= 1 && capacity <= 1 << 24, "a ring holds 1 to 2^24 values")
    var slotCount = 1
    while slotCount < capacity { slotCount *= 2 }
    self.capacity = capacity
    mask = slotCount - 1
    unsafe slots = .allocate(capacity: slotCount)
  }

  deinit {
    while case .some = tryPop() {}
    unsafe slots.deallocate()
  }

  /// Stores `element`, or gives it back when `capacity` values wait. Only the producing thread may call this.
  @inlinable
  public func tryPush(_ element: consuming Element) -> PushOutcome<Element> {
    // Relaxed: no other thread writes `pushed`.
    let index = pushed.load(ordering: .relaxed)
    if unsafe index &- poppedAsSeenByProducer >= capacity {
      // Acquiring, pairs with the releasing store in `tryPop`: the consumer moved the old value out before we write.
      unsafe poppedAsSeenByProducer = popped.load(ordering: .acquiring)
      if unsafe index &- poppedAsSeenByProducer >= capacity { return .full(element) }
    }
    unsafe (slots + (index & mask)).initialize(to: element)
    // Releasing, pairs with the acquiring load in `tryPop`: who sees the index sees the whole value.
    pushed.store(index &+ 1, ordering: .releasing)
    return .stored
  }

  /// Takes the oldest value, or `nil` when none waits. Only the consuming thread may call this.
  @inlinable
  public func tryPop() -> Element? {
    // Relaxed: no other thread writes `popped`.
    let index = popped.load(ordering: .relaxed)
    if unsafe index == pushedAsSeenByConsumer {
      // Acquiring, pairs with the releasing store in `tryPush`: the value is whole before we move it out.
      unsafe pushedAsSeenByConsumer = pushed.load(ordering: .acquiring)
      if unsafe index == pushedAsSeenByConsumer { return nil }
    }
    let element = unsafe (slots + (index & mask)).move()
    // Releasing, pairs with the acquiring load in `tryPush`: the slot is empty before the producer sees it free.
    popped.store(index &+ 1, ordering: .releasing)
    return element
  }

  /// How many values wait, as any thread may see it: exact only while both sides rest.
  @inlinable
  public var count: Int {
    // Relaxed: a number to look at; nothing is read on the strength of it.
    let taken = popped.load(ordering: .relaxed)
    return min(max(0, pushed.load(ordering: .relaxed) &- taken), capacity)
  }
}

/// What became of a value offered to a `FrameRing`.
public enum PushOutcome<Element: ~Copyable>: ~Copyable {
  /// It waits in the ring.
  case stored
  /// There was no room; here it is back.
  case full(Element)
}

extension PushOutcome: Sendable where Element: Sendable & ~Copyable {}
