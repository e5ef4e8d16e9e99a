package import Synchronization

/// A bounded, lock-free queue of owned values between one producer thread and one consumer thread.
///
/// Neither side ever blocks: `tryPush` returns the value if the ring is full, `tryPop` returns `nil` if it is empty.
/// Waiting is up to the caller (`Pipeline/Channel`). The two indices only grow; a slot is `index & mask`.
/// After "A Lock-Free, Cache-Efficient Shared Ring Buffer" (Lee, Bu, Chandranmenon 2010): each side keeps a copy of the
/// other's index and reads the shared one only if by the copy the ring is full or empty.
@safe
package final class FrameRing<Element: ~Copyable & Sendable>: @unchecked Sendable {
  /// Maximum number of queued values.
  package let capacity: Int
  @usableFromInline let mask: Int
  @usableFromInline let slots: UnsafeMutablePointer<Element>

  // Each side's fields are 128 bytes away from fields that another thread writes: a cache line and the adjacent line
  // that is prefetched.
  @usableFromInline let paddingBeforeProducer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Number of values ever pushed. Written by the producer only.
  @usableFromInline let pushed = Atomic<Int>(0)
  /// The producer's copy of `popped`; never ahead of it, so a slot it considers free is free.
  @exclusivity(unchecked) @usableFromInline var poppedAsSeenByProducer = 0
  @usableFromInline let paddingBeforeConsumer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Number of values ever popped. Written by the consumer only.
  @usableFromInline let popped = Atomic<Int>(0)
  /// The consumer's copy of `pushed`; never ahead of it, so a slot it considers filled is filled.
  @exclusivity(unchecked) @usableFromInline var pushedAsSeenByConsumer = 0
  @usableFromInline let paddingAfterConsumer: InlineArray<16, UInt64> = .init(repeating: 0)

  /// An empty ring for `capacity` values, at least 1. Allocates all memory.
  package init(capacity: Int) {
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

  /// Enqueues `element`, or returns it if the ring is full. Call on the producer thread only.
  @inlinable
  package func tryPush(_ element: consuming Element) -> PushOutcome<Element> {
    // Relaxed: no other thread writes `pushed`.
    let index = pushed.load(ordering: .relaxed)
    if unsafe index &- poppedAsSeenByProducer >= capacity {
      // Acquiring, pairs with the releasing store in `tryPop`: the consumer moved the old value out before we write.
      unsafe poppedAsSeenByProducer = popped.load(ordering: .acquiring)
      if unsafe index &- poppedAsSeenByProducer >= capacity { return .full(element) }
    }
    unsafe (slots + (index & mask)).initialize(to: element)
    // Releasing, pairs with the acquiring load in `tryPop`: the consumer that sees the index sees the whole value.
    pushed.store(index &+ 1, ordering: .releasing)
    return .stored
  }

  /// Dequeues the oldest value; `nil` if the ring is empty. Call on the consumer thread only.
  @inlinable
  package func tryPop() -> Element? {
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

  /// Number of queued values; exact only while neither side is active.
  @inlinable
  package var count: Int {
    // Relaxed: an estimate; no memory access depends on it.
    let taken = popped.load(ordering: .relaxed)
    return min(max(0, pushed.load(ordering: .relaxed) &- taken), capacity)
  }
}

/// The result of `FrameRing.tryPush`.
package enum PushOutcome<Element: ~Copyable>: ~Copyable {
  /// The value was enqueued.
  case stored
  /// The ring was full; the value is returned.
  case full(Element)
}

extension PushOutcome: Sendable where Element: Sendable & ~Copyable {}
