import FFmpeg

/// Puts keyframes together that come in pieces.
///
/// Some senders repeat the parameters before each slice of a keyframe (GStreamer with `config-interval=-1` and several
/// slices). libav takes parameters for the beginning of a frame, so each slice comes as a packet of its own, and only
/// the time tells that they belong together. Whether another piece follows shows with the next packet: a keyframe is
/// held back until then, where the stream is known to come so, or before that is known.
struct KeyframeAssembly {
  private enum Habit { case unknown, whole, pieces }

  private var habit = Habit.unknown
  private var held: Packet?
  private var lastTime: Int64?

  /// Takes the next packet of the frames; gives those that are complete, in order.
  mutating func add(_ packet: Packet) throws(FFmpegError) -> [Packet] {
    defer { lastTime = packet.timestamp }
    let follows = packet.timestamp != nil && packet.timestamp == lastTime
    if follows { habit = .pieces }
    guard let before = held.take() else {
      guard packet.isKey, habit != .whole, !follows else { return [packet] }
      held = packet
      return []
    }
    // The very first piece may have no time.
    if follows || (before.timestamp == nil && packet.isKey && packet.timestamp != nil) {
      held = try Packet(joining: before, packet)
      return []
    }
    if habit == .unknown { habit = .whole }
    guard packet.isKey, habit == .pieces else { return [before, packet] }
    held = packet
    return [before]
  }

  /// What is still held back, at the end.
  mutating func finish() -> Packet? { held.take() }
}
