import Imaging
import Scene

/// Learns which small areas of a scene change regularly although nothing is there: a clock that a camera burns in.
///
/// A cell is one of those when it has changed many times one after another, at most once in most of a second each time, and
/// the network has found nothing in it. It is forgotten when something is found in it, and when it has kept still for minutes.
/// Where that holds for much of a frame it is no clock, and nothing is learned: leaves in the wind must hide nobody.
struct RegularCells {
  private struct Cell {
    /// When it changed last, and how often one after another.
    var time = -Double.infinity
    var count = 0
    var isLearned = false
  }

  /// Changes that make a cell known.
  private static let enough = 20
  /// Seconds between two changes of one that is a clock's, at least and at most.
  private static let shortest = 0.7, longest = 15.0
  /// Seconds without a change after which a known cell is forgotten.
  private static let memory = 180.0
  /// Share of all cells that may be known.
  private static let largest = 0.05

  private var cells: [Cell] = []
  private var before: LumaGrid?
  /// Cells that may be left out of the comparison, by their place in the grid; empty if there are none.
  private(set) var ignored: [Bool] = []

  /// Takes in the next frame; a change of at least `threshold` counts.
  mutating func see(_ grid: LumaGrid, at now: Double, threshold: Int) {
    defer { before = grid }
    guard let before, before.columns == grid.columns, before.rows == grid.rows, cells.count == grid.levels.count else {
      cells = Array(repeating: Cell(), count: grid.levels.count)
      ignored = []
      return
    }
    var isNews = false
    for index in cells.indices {
      if abs(Int(grid.levels[index]) - Int(before.levels[index])) >= threshold {
        let pause = now - cells[index].time
        cells[index].count = pause >= Self.shortest && pause <= Self.longest ? cells[index].count + 1 : 1
        cells[index].time = now
        if !cells[index].isLearned, cells[index].count >= Self.enough {
          cells[index].isLearned = true
          isNews = true
        }
      } else if cells[index].isLearned, now - cells[index].time > Self.memory {
        cells[index] = Cell()
        isNews = true
      }
    }
    if isNews { renew() }
  }

  /// The network found something in these `boxes`, in shares of the frame: what changes there is no clock.
  mutating func forget(_ boxes: [Box]) {
    guard let before, !boxes.isEmpty else { return }
    var isNews = false
    for box in boxes {
      let columns = Self.range(box.minX, box.maxX, of: before.columns)
      let rows = Self.range(box.minY, box.maxY, of: before.rows)
      for row in rows {
        for column in columns where cells.indices.contains(row * before.columns + column) {
          let index = row * before.columns + column
          if cells[index].isLearned { isNews = true }
          cells[index] = Cell()
        }
      }
    }
    if isNews { renew() }
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
