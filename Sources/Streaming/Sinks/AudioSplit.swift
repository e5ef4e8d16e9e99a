import FFmpeg

/// Copies the audio packets of a source for several videos.
final class AudioSplit: Sendable {
  private let source: PacketQueue
  /// One queue per video.
  let parts: [PacketQueue]

  init(_ source: PacketQueue, count: Int) {
    self.source = source
    parts = (0..<count).map { _ in PacketQueue(streams: source.streams, capacity: source.capacity) }
  }

  /// Forwards the packets that have arrived.
  func pass() {
    for packet in source.takeAll() { for part in parts { part.append(packet) } }
  }
}
