import Synchronization

/// The latest packets of a stream as they came, for whoever writes them elsewhere without decoding: clips that begin before
/// what they show, segments for a browser.
///
/// It begins with a keyframe, holds as many seconds as its most demanding reader asked for (and the rest of the group of
/// frames before), and never more than `byteLimit`. Packets are shared, not copied; without a reader none is kept. One
/// thread appends; readers may be anywhere.
public final class PacketRing: Sendable {
  /// Packets that belong together: from one opening of the source, in one size. Those of two do not fit into one file, and
  /// their times have nothing to do with each other.
  public struct Passage: Sendable {
    /// Counts passages, from 0.
    public let number: Int
    /// The frames.
    public let video: StreamDescription
    /// What goes along with them.
    public let audioStreams: [StreamDescription]

    fileprivate func holds(_ packet: Packet) -> Bool {
      packet.streamIndex == video.index || audioStreams.contains { $0.index == packet.streamIndex }
    }
  }

  /// One packet.
  public struct Entry: Sendable {
    /// Counts all packets from 0: a gap between two is what a slow reader missed.
    public let number: Int
    /// What it belongs to.
    public let passage: Passage
    /// The packet, with the times of its source; `streamIndex` is that of `passage.video` or of one of its audio streams.
    public let packet: Packet
    /// When it was read, in nanoseconds of the monotonic clock.
    public let arrival: UInt64

    /// Whether it belongs to the frames.
    public var isVideo: Bool { packet.streamIndex == passage.video.index }
    /// Whether a file may begin with it.
    public var isKey: Bool { isVideo && packet.isKey }
  }

  fileprivate struct Demand {
    var seconds: Double
    var wake: AsyncStream<Void>.Continuation
  }

  fileprivate struct State {
    var passage: Passage?
    var entries: [Entry] = []
    var byteCount = 0
    var nextNumber = 0
    var demands: [Int: Demand] = [:]
    var nextDemand = 0
  }

  /// Most bytes that are held.
  public let byteLimit: Int
  /// Whether audio is wanted, too.
  public let takesAudio: Bool
  private let state = Mutex(State())

  /// An empty ring.
  public init(byteLimit: Int = 64 << 20, takesAudio: Bool = false) {
    self.byteLimit = byteLimit
    self.takesAudio = takesAudio
  }

  /// A reader who wants to be able to go back `seconds`. As long as it lives, packets are kept.
  public func reader(seconds: Double) -> PacketReader {
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

  /// Another opening of the source begins; packets of other streams are passed over.
  public func begin(video: StreamDescription, audioStreams: [StreamDescription]) {
    state.withLock { state in
      state.passage = Passage(number: (state.passage?.number ?? -1) + 1, video: video, audioStreams: audioStreams)
    }
  }

  /// Takes in a packet that was read at `arrival` (monotonic nanoseconds).
  public func append(_ packet: Packet, at arrival: UInt64 = PacketRing.now()) {
    state.withLock { state in
      guard !state.demands.isEmpty, var passage = state.passage, passage.holds(packet) else { return }
      let isKey = packet.streamIndex == passage.video.index && packet.isKey
      if isKey, let parameters = try? passage.video.parameters.renewed(by: packet) {
        var video = passage.video
        video.parameters = parameters
        passage = Passage(number: passage.number + 1, video: video, audioStreams: passage.audioStreams)
        state.passage = passage
      }
      defer { state.nextNumber += 1 }
      // Nothing can begin in the middle of a GOP, nor in another passage.
      guard isKey || state.entries.last?.passage.number == passage.number else { return }
      state.entries.append(Entry(number: state.nextNumber, passage: passage, packet: packet, arrival: arrival))
      state.byteCount += packet.byteCount
      state.trim(arrival, byteLimit: byteLimit)
      for demand in state.demands.values { demand.wake.yield() }
    }
  }

  /// Number of the last keyframe that was there at `arrival`, else of the first there is.
  func key(at arrival: UInt64) -> Int? {
    state.withLock { state in
      state.entries.last { $0.isKey && $0.arrival <= arrival }?.number ?? state.entries.first?.number
    }
  }

  /// The packets from `number` on.
  func entries(from number: Int) -> [Entry] {
    state.withLock { state in
      // Numbers rise, so the place is soon found from the end.
      let start = state.entries.lastIndex { $0.number < number }.map { $0 + 1 } ?? 0
      return Array(state.entries[start...])
    }
  }

  /// Number of the next packet to come.
  var nextNumber: Int { state.withLock { $0.nextNumber } }

  /// Bytes held now.
  public var byteCount: Int { state.withLock { $0.byteCount } }

  /// The monotonic clock in nanoseconds.
  public static func now() -> UInt64 { InterruptFlag.now() }
}

extension PacketRing.State {
  /// Lets go of whole GOPs that nobody asked for, or that there is no room for.
  fileprivate mutating func trim(_ now: UInt64, byteLimit: Int) {
    let seconds = demands.values.map(\.seconds).max() ?? 0
    let oldest = now - min(now, UInt64(min(max(seconds, 0), 86_400) * 1e9))
    while !entries.isEmpty {
      let second = entries.dropFirst().firstIndex(where: \.isKey)
      guard byteCount > byteLimit || second.map({ entries[$0].arrival <= oldest }) ?? false else { return }
      // A group larger than the limit leaves nothing to begin with until the next.
      let end = second ?? entries.endIndex
      byteCount -= entries[..<end].reduce(0) { $0 + $1.packet.byteCount }
      entries.removeSubrange(..<end)
    }
  }
}
