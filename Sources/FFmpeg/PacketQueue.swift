import Synchronization

/// Compressed audio on its way past the frames: who reads a file puts it in, who writes one takes it out.
///
/// Bounded: when nobody takes, the oldest packets are dropped.
public final class PacketQueue: Sendable {
  private struct State {
    var packets: [Packet] = []
    var byteCount = 0
  }

  /// The streams whose packets pass.
  public let streams: [StreamDescription]
  /// Most bytes that wait.
  public let capacity: Int
  private let state = Mutex(State())

  /// A queue for the packets of `streams` that holds `capacity` bytes.
  public init(streams: [StreamDescription], capacity: Int = 32 << 20) {
    self.streams = streams
    self.capacity = capacity
  }

  /// Puts a packet behind the others.
  public func append(_ packet: Packet) {
    state.withLock { state in
      state.packets.append(packet)
      state.byteCount += packet.byteCount
      guard state.byteCount > capacity else { return }
      // Half at a time, so that a queue nobody empties does not move its packets at each call.
      while state.byteCount > capacity / 2, !state.packets.isEmpty {
        let count = max(1, state.packets.count / 4)
        state.byteCount -= state.packets.prefix(count).reduce(0) { $0 + $1.byteCount }
        state.packets.removeFirst(count)
      }
    }
  }

  /// Takes all packets, oldest first.
  public func takeAll() -> [Packet] {
    state.withLock { state in
      state.byteCount = 0
      let packets = state.packets
      state.packets = []
      return packets
    }
  }
}
