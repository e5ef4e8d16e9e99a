package import Imaging

/// Decides from the brightness of a frame whether the network has to run on it, or its last detections still hold.
///
/// A frame is compared with the last one that the network saw, so that slow motion is noticed as well.
package struct MotionGate {
  /// What counts as motion.
  package struct Settings: Hashable, Sendable {
    /// Change in brightness (0...255) of a small area that counts as motion.
    package var threshold: Double
    /// Seconds after which the network runs on a still scene all the same.
    package var refresh: Double

    package init(threshold: Double, refresh: Double) {
      self.threshold = threshold
      self.refresh = refresh
    }
  }

  private let settings: Settings
  private var seen: (grid: LumaGrid, seconds: Double)?

  package init(_ settings: Settings) { self.settings = settings }

  /// Whether the frame with `grid`, taken at `seconds`, shows nothing new.
  package mutating func isStill(_ grid: LumaGrid, at seconds: Double) -> Bool {
    if let seen, seconds - seen.seconds < settings.refresh, seconds >= seen.seconds,
      Double(grid.change(from: seen.grid)) < settings.threshold
    {
      return true
    }
    seen = (grid, seconds)
    return false
  }

  /// Has the network run on the next frame, whatever it shows.
  package mutating func forget() { seen = nil }
}
