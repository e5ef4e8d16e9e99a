public import Synchronization

/// Hands the newest value from one thread to another; what was not taken in time is given back and counted.
///
/// Three cells, one of them always in the middle: the producer fills its own cell and swaps it for the middle one, the
/// consumer swaps its empty cell for a fresh middle one. Each side needs one atomic exchange and never waits or retries.
@safe
public final class LatestSlot<Element: ~Copyable & Sendable>: @unchecked Sendable {
  @usableFromInline let cells: UnsafeMutablePointer<Element>

  // Each side's words lie 128 bytes from everything another thread writes: a cache line and the one fetched with it.
  @usableFromInline let paddingBeforeMiddle: InlineArray<16, UInt64> = .init(repeating: 0)
  /// Index of the middle cell, plus `fresh` while it holds a value.
  @usableFromInline let middle = Atomic<Int>(1)
  @usableFromInline let paddingBeforeProducer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// The producer's cell; empty between calls.
  @exclusivity(unchecked) @usableFromInline var back = 0
  /// How many values were displaced untaken. Written by the producer only.
  @usableFromInline let displaced = Atomic<Int>(0)
  @usableFromInline let paddingBeforeConsumer: InlineArray<16, UInt64> = .init(repeating: 0)
  /// The consumer's cell; empty between calls.
  @exclusivity(unchecked) @usableFromInline var front = 2
  @usableFromInline let paddingAfterConsumer: InlineArray<16, UInt64> = .init(repeating: 0)

  @usableFromInline static var fresh: Int { 4 }

  /// An empty slot. All memory is taken here.
  public init() { unsafe cells = .allocate(capacity: 3) }

  deinit {
    _ = take()
    unsafe cells.deallocate()
  }

  /// Makes `element` the newest value. Only the producing thread may call this.
  ///
  /// - Returns: the value it displaced, if that one was never taken.
  @inlinable
  public func publish(_ element: consuming Element) -> Element? {
    unsafe (cells + back).initialize(to: element)
    // Releasing half pairs with the acquiring half in `take`: the value is whole before the consumer moves it.
    // Acquiring half pairs with the releasing half in `take`: the consumer emptied the cell before we fill it again.
    let previous = middle.exchange(unsafe back | Self.fresh, ordering: .acquiringAndReleasing)
    unsafe back = previous & ~Self.fresh
    guard previous & Self.fresh != 0 else { return nil }
    // Relaxed: a number to look at; only this thread writes it.
    displaced.store(displaced.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    return unsafe (cells + back).move()
  }

  /// Takes the newest value, or `nil` when it was taken already. Only the consuming thread may call this.
  @inlinable
  public func take() -> Element? {
    // Relaxed: a hint. Only this thread clears `fresh`, so the exchange below finds it still set.
    guard middle.load(ordering: .relaxed) & Self.fresh != 0 else { return nil }
    // Acquiring half pairs with the releasing half in `publish`, and the other way round: see there.
    let previous = middle.exchange(unsafe front, ordering: .acquiringAndReleasing)
    unsafe front = previous & ~Self.fresh
    return unsafe (cells + front).move()
  }

  /// How many values were displaced before anyone took them.
  @inlinable
  public var displacedCount: Int {
    // Relaxed: a number to look at; nothing is read on the strength of it.
    displaced.load(ordering: .relaxed)
  }

  /// Whether a value waits, as any thread may see it.
  @inlinable
  public var isFresh: Bool {
    // Relaxed: a hint to look at; `take` decides.
    middle.load(ordering: .relaxed) & Self.fresh != 0
  }
}
