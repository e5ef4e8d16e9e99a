package import Synchronization

/// Passes the newest value from one thread to another; values that were not taken in time are returned and counted.
///
/// Triple buffering: the producer fills its own cell and swaps it with the middle one, the consumer swaps its empty
/// cell with the middle one. Each side needs one atomic exchange and never waits or retries.
@safe
package final class LatestSlot<Element: ~Copyable & Sendable>: @unchecked Sendable {
  @usableFromInline let cells: UnsafeMutablePointer<Element>

  // Each side's fields are 128 bytes away from fields that another thread writes: a cache line and the adjacent line
  // that is prefetched.
  @usableFromInline let paddingBeforeMiddle: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Index of the middle cell, plus `fresh` if it holds a value.
  @usableFromInline let middle = Atomic<Int>(1)
  @usableFromInline let paddingBeforeProducer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// The producer's cell; empty between calls.
  @exclusivity(unchecked) @usableFromInline var back = 0
  /// Number of values displaced before they were taken. Written by the producer only.
  @usableFromInline let displaced = Atomic<Int>(0)
  @usableFromInline let paddingBeforeConsumer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// The consumer's cell; empty between calls.
  @exclusivity(unchecked) @usableFromInline var front = 2
  @usableFromInline let paddingAfterConsumer: InlineArray<16, UInt64> = .init(repeating: 0)

  @usableFromInline static var fresh: Int { 4 }

  /// An empty slot. Allocates all memory.
  package init() { unsafe cells = .allocate(capacity: 3) }

  deinit {
    _ = take()
    unsafe cells.deallocate()
  }

  /// Makes `element` the newest value. Call on the producer thread only.
  ///
  /// - Returns: the displaced value, if it was never taken.
  @inlinable
  package func publish(_ element: consuming Element) -> Element? {
    unsafe (cells + back).initialize(to: element)
    // Releasing half pairs with the acquiring half in `take`: the value is whole before the consumer moves it.
    // Acquiring half pairs with the releasing half in `take`: the consumer emptied the cell before we fill it again.
    let previous = middle.exchange(unsafe back | Self.fresh, ordering: .acquiringAndReleasing)
    unsafe back = previous & ~Self.fresh
    guard previous & Self.fresh != 0 else { return nil }
    // Relaxed: a statistic; only this thread writes it.
    displaced.store(displaced.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    return unsafe (cells + back).move()
  }

  /// Takes the newest value; `nil` if it was taken already. Call on the consumer thread only.
  @inlinable
  package func take() -> Element? {
    // Relaxed: a hint. Only this thread clears `fresh`, so the exchange below finds it still set.
    guard middle.load(ordering: .relaxed) & Self.fresh != 0 else { return nil }
    // Acquiring half pairs with the releasing half in `publish`, and the other way round: see there.
    let previous = middle.exchange(unsafe front, ordering: .acquiringAndReleasing)
    unsafe front = previous & ~Self.fresh
    return unsafe (cells + front).move()
  }

  /// Number of values displaced before they were taken.
  @inlinable
  package var displacedCount: Int {
    // Relaxed: a statistic; no memory access depends on it.
    displaced.load(ordering: .relaxed)
  }

  /// Whether a value can be taken; an estimate for other threads.
  @inlinable
  package var isFresh: Bool {
    // Relaxed: a hint; `take` decides.
    middle.load(ordering: .relaxed) & Self.fresh != 0
  }
}
