import Capture

/// Whether a service moves: what its watchdog is fed by.
enum Progress {
  /// Seconds that a worker may be at one picture. Compiling the network for a new size takes some; nothing takes this long.
  static let longestTurn = 60.0

  /// What no longer moves, in words; `nil` while all is well. A camera that is away, or sends nothing whole, is well: its
  /// source goes on trying, and says so when its patience is over.
  ///
  /// - Parameters:
  ///   - turn: seconds that the slowest worker has been at the picture it is at.
  ///   - cameras: seconds since each camera's thread gave a sign of life, and the silence after which its source is to say
  ///     that it is stalled.
  static func stuck(turn: Double, cameras: [(name: String, silence: Double, timeout: Double)]) -> String? {
    if turn > longestTurn { return "a worker has been at one picture for \(Int(turn)) s" }
    // Beside that patience, opening and the last read take a time-out each.
    for camera in cameras where camera.silence > 60 + (DecodeTimeout.timeouts + 2) * camera.timeout {
      return "the thread of camera \(camera.name) has given no sign of life for \(Int(camera.silence)) s"
    }
    return nil
  }
}
