import FFmpeg

/// Reassembles keyframes that arrive in several packets.
///
/// Some senders repeat the parameter sets before each slice of a keyframe (GStreamer with `config-interval=-1` and
/// several slices). libav starts a new frame at parameter sets, so each slice becomes a packet of its own, and only
/// the time shows that they belong together. Whether another slice follows is known with the next packet, so a
/// keyframe is held back until then, unless the stream is known to send whole keyframes.
struct KeyframeAssembly {
  private enum Habit { case unknown, whole, pieces }

  private var habit = Habit.unknown
  private var held: Packet?
  private var lastTime: Int64?

  /// Takes the next video packet; returns complete packets in order.
  mutating func add(_ packet: Packet) throws(FFmpegError) -> [Packet] {
    defer { lastTime = packet.timestamp }
    let follows = packet.timestamp != nil && packet.timestamp == lastTime
    if follows { habit = .pieces }
    guard let before = held.take() else {
      guard packet.isKey, habit != .whole, !follows else { return [packet] }
      held = packet
      return []
    }
    // The very first slice may have no time.
    if follows || (before.timestamp == nil && packet.isKey && packet.timestamp != nil) {
      held = try Packet(joining: before, packet)
      return []
    }
    if habit == .unknown { habit = .whole }
    guard packet.isKey, habit == .pieces else { return [before, packet] }
    held = packet
    return [before]
  }

  /// The packet still held back at the end.
  mutating func finish() -> Packet? { held.take() }
}
