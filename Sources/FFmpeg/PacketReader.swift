import Synchronization

/// A reader of a `PacketRing`.
///
/// Call `begin(at:)`, then `take()` whenever `arrivals` has an element, or periodically.
package final class PacketReader: Sendable {
  private struct Place {
    /// Number of the next packet to take; `nil` before `begin`.
    var next: Int?
    var missed = 0
  }

  /// Has an element when packets have arrived; ends with the reader.
  package let arrivals: AsyncStream<Void>
  private let ring: PacketRing
  private let id: Int
  private let place = Mutex(Place())

  init(ring: PacketRing, id: Int, arrivals: AsyncStream<Void>) {
    self.ring = ring
    self.id = id
    self.arrivals = arrivals
  }

  deinit { ring.leave(id) }

  /// Starts at the last keyframe that arrived at or before `arrival` (monotonic nanoseconds), else at the first one
  /// in the ring; `.max` is the newest. Without a keyframe it starts with the next one.
  package func begin(at arrival: UInt64) {
    let first = ring.key(at: arrival) ?? ring.nextNumber
    place.withLock { $0.next = first }
  }

  /// The packets since the last call, oldest first; none before `begin`.
  package func take() -> [PacketRing.Entry] {
    place.withLock { place in
      guard let next = place.next else { return [] }
      let entries = ring.entries(from: next)
      guard let first = entries.first, let last = entries.last else { return [] }
      place.missed += max(0, first.number - next)
      place.next = last.number + 1
      return entries
    }
  }

  /// Packets that had left the ring, or were never kept because no keyframe preceded them.
  package var missedCount: Int { place.withLock { $0.missed } }
}
