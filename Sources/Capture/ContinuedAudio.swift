import FFmpeg

/// Audio that continues when its source is reopened, with continuous times.
final class ContinuedAudio: Sendable {
  /// The queue that a writer reads.
  let queue: PacketQueue

  /// Continues with packets of the same codecs as `first`.
  init(like first: PacketQueue) { queue = PacketQueue(streams: first.streams, capacity: first.capacity) }

  /// Forwards the packets of one connection, `shift` seconds later. A stream replaces the one at its index if the
  /// codec is the same.
  func pass(from source: PacketQueue?, later shift: Double) {
    guard let source else { return }
    for packet in source.takeAll() {
      guard let place = source.streams.firstIndex(where: { $0.index == packet.streamIndex }),
        queue.streams.indices.contains(place)
      else { continue }
      let target = queue.streams[place]
      guard source.streams[place].parameters.codecName == target.parameters.codecName,
        let moved = try? packet.moved(toStream: target.index, timeBase: target.timeBase, by: shift)
      else { continue }
      queue.append(moved)
    }
  }
}
