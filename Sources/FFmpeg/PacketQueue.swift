import Synchronization

/// Passes audio packets from a demuxer to a muxer, past the frames.
///
/// Bounded: if nobody takes packets, the oldest are dropped.
package final class PacketQueue: Sendable {
  private struct State {
    var packets: [Packet] = []
    var byteCount = 0
  }

  /// The streams of the packets.
  package let streams: [StreamDescription]
  /// Capacity in bytes.
  package let capacity: Int
  private let state = Mutex(State())

  /// A queue of at most `capacity` bytes for the packets of `streams`.
  package init(streams: [StreamDescription], capacity: Int = 32 << 20) {
    self.streams = streams
    self.capacity = capacity
  }

  /// Appends a packet.
  package func append(_ packet: Packet) {
    state.withLock { state in
      state.packets.append(packet)
      state.byteCount += packet.byteCount
      guard state.byteCount > capacity else { return }
      // Drops half at a time, so that a full queue does not move its packets at each call.
      while state.byteCount > capacity / 2, !state.packets.isEmpty {
        let count = max(1, state.packets.count / 4)
        state.byteCount -= state.packets.prefix(count).reduce(0) { $0 + $1.byteCount }
        state.packets.removeFirst(count)
      }
    }
  }

  /// Takes all packets, oldest first.
  package func takeAll() -> [Packet] {
    state.withLock { state in
      state.byteCount = 0
      let packets = state.packets
      state.packets = []
      return packets
    }
  }
}
