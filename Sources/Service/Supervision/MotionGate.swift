import Imaging
import Settings

/// Decides from a picture's brightness whether the network has to look at it, or its last answer still holds.
///
/// A picture is compared with the last one that the network saw, so that what creeps is seen as well.
struct MotionGate {
  let settings: DetectSettings.Motion
  private var seen: (grid: LumaGrid, seconds: Double)?

  init(_ settings: DetectSettings.Motion) { self.settings = settings }

  /// Whether the picture with `grid`, taken at `seconds`, shows nothing new.
  mutating func isStill(_ grid: LumaGrid, at seconds: Double) -> Bool {
    if let seen, seconds - seen.seconds < settings.refresh, seconds >= seen.seconds,
      Double(grid.change(from: seen.grid)) < settings.threshold
    {
      return true
    }
    seen = (grid, seconds)
    return false
  }

  /// Has the network look at the next picture, whatever it shows.
  mutating func forget() { seen = nil }
}
