import Synchronization

/// Keeps the latest packets of a stream, for consumers that copy them without decoding: clips with pre-roll, segments
/// for browsers.
///
/// It starts with a keyframe and holds as many seconds as the most demanding reader asked for (plus the rest of the
/// GOP before), but at most `byteLimit`. Packets are shared, not copied; without readers none is kept. One thread
/// appends; readers can be on any thread.
package final class PacketRing: Sendable {
  /// The packets of one connection with one frame size. Packets of two epochs do not fit into one file, and their
  /// times are unrelated.
  package struct StreamEpoch: Sendable {
    /// Number of the epoch, from 0.
    package let number: Int
    /// The video stream.
    package let video: StreamDescription
    /// The audio streams.
    package let audioStreams: [StreamDescription]

    fileprivate func holds(_ packet: Packet) -> Bool {
      packet.streamIndex == video.index || audioStreams.contains { $0.index == packet.streamIndex }
    }
  }

  /// One packet.
  package struct Entry: Sendable {
    /// Consecutive number, from 0: a gap means that a slow reader missed packets.
    package let number: Int
    /// Its epoch.
    package let epoch: StreamEpoch
    /// The packet with the times of its source; `streamIndex` is that of `epoch.video` or of one of its audio
    /// streams.
    package let packet: Packet
    /// Arrival in nanoseconds of the monotonic clock.
    package let arrival: UInt64

    /// Whether it is a video packet.
    package var isVideo: Bool { packet.streamIndex == epoch.video.index }
    /// Whether a file can start with it.
    package var isKey: Bool { isVideo && packet.isKey }
  }

  fileprivate struct Demand {
    var seconds: Double
    var wake: AsyncStream<Void>.Continuation
  }

  fileprivate struct State {
    var epoch: StreamEpoch?
    var entries: [Entry] = []
    var byteCount = 0
    var nextNumber = 0
    var demands: [Int: Demand] = [:]
    var nextDemand = 0
  }

  /// Capacity in bytes.
  package let byteLimit: Int
  /// Whether audio packets are kept, too.
  package let takesAudio: Bool
  private let state = Mutex(State())

  /// An empty ring.
  package init(byteLimit: Int = 64 << 20, takesAudio: Bool = false) {
    self.byteLimit = byteLimit
    self.takesAudio = takesAudio
  }

  /// A reader that can go back `seconds`. Packets are kept as long as it lives.
  package func reader(seconds: Double) -> PacketReader {
    let (arrivals, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state in
      defer { state.nextDemand += 1 }
      state.demands[state.nextDemand] = Demand(seconds: seconds, wake: wake)
      return state.nextDemand
    }
    return PacketReader(ring: self, id: id, arrivals: arrivals)
  }

  func leave(_ id: Int) {
    let (demand, old) = state.withLock { state in
      let demand = state.demands.removeValue(forKey: id)
      guard state.demands.isEmpty else { return (demand, [Entry]()) }
      state.byteCount = 0
      defer { state.entries = [] }
      return (demand, state.entries)
    }
    // Freed outside the lock.
    _ = old
    demand?.wake.finish()
  }

  /// Starts a new epoch with a new connection; packets of other streams are ignored.
  package func begin(video: StreamDescription, audioStreams: [StreamDescription]) {
    state.withLock { state in
      state.epoch = StreamEpoch(number: (state.epoch?.number ?? -1) + 1, video: video, audioStreams: audioStreams)
    }
  }

  /// Appends a packet that arrived at `arrival` (monotonic nanoseconds).
  package func append(_ packet: Packet, at arrival: UInt64 = PacketRing.now()) {
    state.withLock { state in
      guard !state.demands.isEmpty, var epoch = state.epoch, epoch.holds(packet) else { return }
      let isKey = packet.streamIndex == epoch.video.index && packet.isKey
      if isKey, let parameters = try? epoch.video.parameters.renewed(by: packet) {
        var video = epoch.video
        video.parameters = parameters
        epoch = StreamEpoch(number: epoch.number + 1, video: video, audioStreams: epoch.audioStreams)
        state.epoch = epoch
      }
      defer { state.nextNumber += 1 }
      // Nothing can start in the middle of a GOP, nor in another epoch.
      guard isKey || state.entries.last?.epoch.number == epoch.number else { return }
      state.entries.append(Entry(number: state.nextNumber, epoch: epoch, packet: packet, arrival: arrival))
      state.byteCount += packet.byteCount
      state.trim(arrival, byteLimit: byteLimit)
      for demand in state.demands.values { demand.wake.yield() }
    }
  }

  /// Number of the last keyframe at or before `arrival`, else of the first one in the ring.
  func key(at arrival: UInt64) -> Int? {
    state.withLock { state in
      state.entries.last { $0.isKey && $0.arrival <= arrival }?.number ?? state.entries.first?.number
    }
  }

  /// The packets from `number` on.
  func entries(from number: Int) -> [Entry] {
    state.withLock { state in
      // Numbers ascend, so the position is found quickly from the end.
      let start = state.entries.lastIndex { $0.number < number }.map { $0 + 1 } ?? 0
      return Array(state.entries[start...])
    }
  }

  /// Number of the next packet to arrive.
  var nextNumber: Int { state.withLock { $0.nextNumber } }

  /// Bytes held now.
  package var byteCount: Int { state.withLock { $0.byteCount } }

  /// The monotonic clock in nanoseconds.
  package static func now() -> UInt64 { InterruptFlag.now() }
}

extension PacketRing.State {
  /// Removes whole GOPs that no reader needs or that exceed the limit.
  fileprivate mutating func trim(_ now: UInt64, byteLimit: Int) {
    let seconds = demands.values.map(\.seconds).max() ?? 0
    let oldest = now - min(now, UInt64(min(max(seconds, 0), 86_400) * 1e9))
    while !entries.isEmpty {
      let second = entries.dropFirst().firstIndex(where: \.isKey)
      guard byteCount > byteLimit || second.map({ entries[$0].arrival <= oldest }) ?? false else { return }
      // If a GOP exceeds the limit, nothing can start until the next keyframe.
      let end = second ?? entries.endIndex
      byteCount -= entries[..<end].reduce(0) { $0 + $1.packet.byteCount }
      entries.removeSubrange(..<end)
    }
  }
}
