import FFmpeg

/// Audio that continues when its source is reopened, with continuous times.
final class ContinuedAudio: Sendable {
  /// The queue that a writer reads.
  let queue: PacketQueue

  /// Continues with packets like those of `first`.
  init(like first: PacketQueue) { queue = PacketQueue(streams: first.streams, capacity: first.capacity) }

  /// Forwards the packets of one connection, `shift` seconds later. A stream replaces the one at its index if the
  /// codec and the sample rate are the same.
  func pass(from source: PacketQueue?, later shift: Double) {
    guard let source else { return }
    for packet in source.takeAll() {
      guard let place = source.streams.firstIndex(where: { $0.index == packet.streamIndex }),
        queue.streams.indices.contains(place)
      else { continue }
      let target = queue.streams[place]
      guard target.parameters.goesOn(in: source.streams[place].parameters),
        let moved = try? packet.moved(toStream: target.index, timeBase: target.timeBase, by: shift)
      else { continue }
      queue.append(moved)
    }
  }
}
