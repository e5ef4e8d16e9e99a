import Synchronization

/// One reader's place in a `PacketRing`.
///
/// `begin(at:)`, then `take()` whenever `arrivals` says so, or now and then.
public final class PacketReader: Sendable {
  private struct Place {
    /// Number of the next packet to take; `nil` before the beginning.
    var next: Int?
    var missed = 0
  }

  /// Says that packets have come since it was last asked; ends with the reader.
  public let arrivals: AsyncStream<Void>
  private let ring: PacketRing
  private let id: Int
  private let place = Mutex(Place())

  init(ring: PacketRing, id: Int, arrivals: AsyncStream<Void>) {
    self.ring = ring
    self.id = id
    self.arrivals = arrivals
  }

  deinit { ring.leave(id) }

  /// Goes to the last keyframe that came at or before `arrival` (monotonic nanoseconds), else to the first that is
  /// there; `.max` is the newest. Without any it begins with the next.
  public func begin(at arrival: UInt64) {
    let first = ring.key(at: arrival) ?? ring.nextNumber
    place.withLock { $0.next = first }
  }

  /// The packets since the last call, oldest first; none before `begin`.
  public func take() -> [PacketRing.Entry] {
    place.withLock { place in
      guard let next = place.next else { return [] }
      let entries = ring.entries(from: next)
      guard let first = entries.first, let last = entries.last else { return [] }
      place.missed += max(0, first.number - next)
      place.next = last.number + 1
      return entries
    }
  }

  /// Packets that were gone, or never kept for want of a keyframe before them, when it was their turn.
  public var missedCount: Int { place.withLock { $0.missed } }
}
