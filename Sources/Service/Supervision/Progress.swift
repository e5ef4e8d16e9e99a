import Capture

/// Whether a service makes progress; if not, its watchdog is not notified.
enum Progress {
  /// Maximum seconds for one frame. Compiling the network for a new size takes some seconds; nothing takes this long.
  static let longestTurn = 60.0

  /// What has stopped, in words; `nil` if nothing has. A camera that is offline or sends only damaged frames has not: its
  /// source keeps trying, and reports timeouts.
  ///
  /// - Parameters:
  ///   - turn: longest time in seconds that a worker has spent on its present frame.
  ///   - cameras: seconds since each camera's thread reported, and the seconds after which its source must report a stall.
  static func stuck(turn: Double, cameras: [(name: String, silence: Double, timeout: Double)]) -> String? {
    if turn > longestTurn { return "a worker has been at one frame for \(Int(turn)) s" }
    // In addition, opening and the last read have a timeout each.
    for camera in cameras where camera.silence > 60 + (DecodeTimeout.timeouts + 2) * camera.timeout {
      return "the thread of camera \(camera.name) has given no sign of life for \(Int(camera.silence)) s"
    }
    return nil
  }
}
