import FFmpeg

/// Audio that goes on when its source is opened again: packets of later openings at the times of the whole.
final class ContinuedAudio: Sendable {
  /// What a writer takes it from.
  let queue: PacketQueue

  /// Goes on with what is like the audio of `first`.
  init(like first: PacketQueue) { queue = PacketQueue(streams: first.streams, capacity: first.capacity) }

  /// Passes on what has come in one opening, `shift` seconds later. A stream stands for the one in its place, if the codec
  /// is the same.
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
