import Imaging
import Scene

/// Learns which cells of a scene change regularly without an object in them, such as a burned-in clock.
///
/// A cell is learned in one of two ways, while the network finds nothing in it: after `enough` changes in a row at intervals
/// of `shortest` to `longest` seconds, as seconds change; or if it changes for `restlessTime` without a `rest`, as tenths and
/// frame counters do at any frame rate. Leaves rest between gusts. A cell is forgotten when the network finds something in it, or
/// when it has been still for long: for minutes, or for `longest` if it never rested before. If more than a small share of
/// the frame qualifies, nothing is ignored: moving leaves must not hide a person.
struct RegularCells {
  private struct Cell {
    /// Time of the last change, and the number of regular changes in a row.
    var time = -Double.infinity
    var count = 0
    /// When it last began to change after a rest.
    var began = -Double.infinity
    var isLearned = false
    /// Whether it was learned because it never rests.
    var isRestless = false

    /// Takes in a change at `now`; returns whether the cell is learned by it.
    mutating func change(at now: Double) -> Bool {
      let pause = now - time
      time = now
      count = pause >= RegularCells.shortest && pause <= RegularCells.longest ? count + 1 : 1
      if pause > RegularCells.rest { began = now }
      guard !isLearned else { return false }
      isRestless = now - began >= RegularCells.restlessTime
      isLearned = isRestless || count >= RegularCells.enough
      return isLearned
    }
  }

  /// Number of regular changes after which a cell is learned.
  private static let enough = 20
  /// Limits of the interval between two regular changes, in seconds.
  private static let shortest = 0.7, longest = 15.0
  /// Seconds for which a cell must change without a rest, and seconds that are a rest.
  private static let restlessTime = 120.0, rest = 1.0
  /// Seconds without a change after which a learned cell is forgotten.
  private static let memory = 180.0
  /// Largest share of cells that may be ignored.
  private static let largest = 0.05

  private var cells: [Cell] = []
  private var before: LumaGrid?
  /// Cells that are ignored whatever happens in them; empty if there are none.
  private var masked: [Bool] = []
  /// Whether each cell of the grid is ignored, row by row; empty if none is.
  private(set) var ignored: [Bool] = []

  /// Records the next frame; changes of at least `threshold` (0...255) count.
  ///
  /// - Parameter masked: cells that are ignored anyway, row by row; empty if there are none.
  mutating func see(_ grid: LumaGrid, at now: Double, threshold: Int, except masked: [Bool] = []) {
    defer { before = grid }
    self.masked = masked
    guard let before, before.columns == grid.columns, before.rows == grid.rows, cells.count == grid.levels.count else {
      cells = Array(repeating: Cell(), count: grid.levels.count)
      renew()
      return
    }
    var hasChanged = false
    for index in cells.indices where masked.isEmpty || !masked[index] {
      if abs(Int(grid.levels[index]) - Int(before.levels[index])) >= threshold {
        if cells[index].change(at: now) { hasChanged = true }
        continue
      }
      let memory = cells[index].isRestless ? Self.longest : Self.memory
      if cells[index].isLearned, now - cells[index].time > memory {
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
    let learned = count > 0 && Double(count) <= Self.largest * Double(cells.count) ? cells.map(\.isLearned) : []
    ignored = masked.isEmpty ? learned : learned.isEmpty ? masked : zip(learned, masked).map { $0 || $1 }
  }
}
