package import Imaging
package import Scene

/// Decides from the brightness of a frame whether the network must run, or the last detections are still valid.
///
/// A frame is compared with the last one that the network ran on, so that slow motion is noticed, too. Cells of a
/// burned-in clock are learned and ignored (`RegularCells`).
package struct MotionGate {
  /// Thresholds of the motion gate.
  package struct Settings: Hashable, Sendable {
    /// Change in brightness (0...255) of a cell that counts as motion.
    package var threshold: Double
    /// Seconds after which the network runs on a still scene anyway.
    package var refresh: Double

    package init(threshold: Double, refresh: Double) {
      self.threshold = threshold
      self.refresh = refresh
    }
  }

  private let settings: Settings
  private var seen: (grid: LumaGrid, seconds: Double)?
  private var regular = RegularCells()
  /// Whether the last frame differed from the one that the network ran on before.
  package private(set) var hasMotion = false

  package init(_ settings: Settings) { self.settings = settings }

  /// Whether nothing has moved in the frame with `grid`, taken at `seconds`.
  package mutating func isStill(_ grid: LumaGrid, at seconds: Double) -> Bool {
    regular.see(grid, at: seconds, threshold: Int(settings.threshold.rounded(.up)))
    hasMotion =
      seen.map { Double(grid.change(from: $0.grid, except: regular.ignored)) >= settings.threshold } ?? false
    if let seen, seconds - seen.seconds < settings.refresh, seconds >= seen.seconds, !hasMotion { return true }
    seen = (grid, seconds)
    return false
  }

  /// The network found objects in `boxes`, in shares of the frame: what moves there is theirs.
  package mutating func note(_ boxes: [Box]) { regular.forget(boxes) }

  /// Makes the network run on the next frame.
  package mutating func forget() { seen = nil }
}
