import Imaging
import Scene

/// Learns which cells of a scene change regularly without an object in them, such as a burned-in clock.
///
/// A cell is learned after `enough` changes in a row at intervals of `shortest` to `longest` seconds in which the network
/// found nothing there. It is forgotten when the network finds something in it, or after minutes without a change. If more
/// than a small share of the frame qualifies, nothing is ignored: moving leaves must not hide a person.
struct RegularCells {
  private struct Cell {
    /// Time of the last change, and the number of regular changes in a row.
    var time = -Double.infinity
    var count = 0
    var isLearned = false
  }

  /// Number of regular changes after which a cell is learned.
  private static let enough = 20
  /// Limits of the interval between two regular changes, in seconds.
  private static let shortest = 0.7, longest = 15.0
  /// Seconds without a change after which a learned cell is forgotten.
  private static let memory = 180.0
  /// Largest share of cells that may be ignored.
  private static let largest = 0.05

  private var cells: [Cell] = []
  private var before: LumaGrid?
  /// Whether each cell of the grid is ignored, row by row; empty if none is.
  private(set) var ignored: [Bool] = []

  /// Records the next frame; changes of at least `threshold` (0...255) count.
  mutating func see(_ grid: LumaGrid, at now: Double, threshold: Int) {
    defer { before = grid }
    guard let before, before.columns == grid.columns, before.rows == grid.rows, cells.count == grid.levels.count else {
      cells = Array(repeating: Cell(), count: grid.levels.count)
      ignored = []
      return
    }
    var hasChanged = false
    for index in cells.indices {
      if abs(Int(grid.levels[index]) - Int(before.levels[index])) >= threshold {
        let pause = now - cells[index].time
        cells[index].count = pause >= Self.shortest && pause <= Self.longest ? cells[index].count + 1 : 1
        cells[index].time = now
        if !cells[index].isLearned, cells[index].count >= Self.enough {
          cells[index].isLearned = true
          hasChanged = true
        }
      } else if cells[index].isLearned, now - cells[index].time > Self.memory {
        cells[index] = Cell()
        hasChanged = true
      }
    }
    if hasChanged { renew() }
  }

  /// Forgets the cells within `boxes` (0...1 of the frame), where the network found objects.
  mutating func forget(_ boxes: [Box]) {
    guard let before, !boxes.isEmpty else { return }
    var hasChanged = false
    for box in boxes {
      let columns = Self.range(box.minX, box.maxX, of: before.columns)
      let rows = Self.range(box.minY, box.maxY, of: before.rows)
      for row in rows {
        for column in columns where cells.indices.contains(row * before.columns + column) {
          let index = row * before.columns + column
          if cells[index].isLearned { hasChanged = true }
          cells[index] = Cell()
        }
      }
    }
    if hasChanged { renew() }
  }

  private static func range(_ low: Float, _ high: Float, of count: Int) -> Range<Int> {
    let first = Int(min(max(0, low), 1) * Float(count)), last = Int((min(max(0, high), 1) * Float(count)).rounded(.up))
    return min(first, count)..<min(max(first, last), count)
  }

  private mutating func renew() {
    let count = cells.count { $0.isLearned }
    ignored = count > 0 && Double(count) <= Self.largest * Double(cells.count) ? cells.map(\.isLearned) : []
  }
}
