import FFmpeg

/// The audio of a source, for each of several videos.
final class AudioSplit: Sendable {
  private let source: PacketQueue
  /// One for each video.
  let parts: [PacketQueue]

  init(_ source: PacketQueue, count: Int) {
    self.source = source
    parts = (0..<count).map { _ in PacketQueue(streams: source.streams, capacity: source.capacity) }
  }

  /// Hands on what has come so far.
  func pass() {
    for packet in source.takeAll() { for part in parts { part.append(packet) } }
  }
}
