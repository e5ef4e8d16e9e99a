package import Imaging
internal import Rules
package import Scene

/// Decides from the brightness of a frame whether the network must run, or the last detections are still valid.
///
/// A frame is compared with the last one that the network ran on, so that slow motion is noticed, too. Cells of a
/// burned-in clock are learned and ignored (`RegularCells`), and so are those of masks.
package struct MotionGate {
  /// Thresholds of the motion gate.
  package struct Settings: Hashable, Sendable {
    /// Change in brightness (0...255) of a cell that counts as motion.
    package var threshold: Double
    /// Seconds after which the network runs on a still scene anyway.
    package var refresh: Double
    /// Areas in which changes are no motion: all cells that they cover, also in part.
    package var masks: [Polygon]

    package init(threshold: Double, refresh: Double, masks: [Polygon] = []) {
      self.threshold = threshold
      self.refresh = refresh
      self.masks = masks
    }
  }

  private let settings: Settings
  private var seen: (grid: LumaGrid, seconds: Double)?
  private var regular = RegularCells()
  private var masked = MaskedCells()
  /// Whether the last frame differed from the one that the network ran on before.
  package private(set) var hasMotion = false

  package init(_ settings: Settings) { self.settings = settings }

  /// Whether nothing has moved in the frame with `grid`, taken at `seconds`.
  package mutating func isStill(_ grid: LumaGrid, at seconds: Double) -> Bool {
    let masked = self.masked.cells(of: grid, areas: settings.masks)
    regular.see(grid, at: seconds, threshold: Int(settings.threshold.rounded(.up)), except: masked)
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

/// The cells of a grid that areas cover, computed once for each size of the grid.
private struct MaskedCells {
  private var size = (columns: 0, rows: 0)
  private var covered: [Bool] = []

  /// Whether each cell of `grid` is covered, also in part, row by row; empty without areas.
  mutating func cells(of grid: LumaGrid, areas: [Polygon]) -> [Bool] {
    guard !areas.isEmpty, size != (grid.columns, grid.rows) else { return covered }
    size = (grid.columns, grid.rows)
    // Nine points of a cell stand for it.
    let offsets = [1.0 / 6, 0.5, 5.0 / 6]
    covered = (0..<grid.rows * grid.columns).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: grid.columns)
      return offsets.contains { y in
        offsets.contains { x in
          let point = ((Double(column) + x) / Double(grid.columns), (Double(row) + y) / Double(grid.rows))
          return areas.contains { $0.contains(x: point.0, y: point.1) }
        }
      }
    }
    return covered
  }
}
