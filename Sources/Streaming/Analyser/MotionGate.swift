package import Imaging
package import Scene

/// Decides from the brightness of a frame whether the network has to run on it, or its last detections still hold.
///
/// A frame is compared with the last one that the network saw, so that slow motion is noticed as well. Cells of a clock that
/// the camera burns in are learned, and left out (`RegularCells`).
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
  private var regular = RegularCells()

  package init(_ settings: Settings) { self.settings = settings }

  /// Whether the frame with `grid`, taken at `seconds`, shows nothing new.
  package mutating func isStill(_ grid: LumaGrid, at seconds: Double) -> Bool {
    regular.see(grid, at: seconds, threshold: Int(settings.threshold.rounded(.up)))
    if let seen, seconds - seen.seconds < settings.refresh, seconds >= seen.seconds,
      Double(grid.change(from: seen.grid, except: regular.ignored)) < settings.threshold
    {
      return true
    }
    seen = (grid, seconds)
    return false
  }

  /// The network found objects in `boxes`, in shares of the frame: what moves there is theirs.
  package mutating func note(_ boxes: [Box]) { regular.forget(boxes) }

  /// Has the network run on the next frame, whatever it shows.
  package mutating func forget() { seen = nil }
}
