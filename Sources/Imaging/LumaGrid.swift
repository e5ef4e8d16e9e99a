/// The brightness of an image in a small grid of cells, for motion detection.
package struct LumaGrid: Hashable, Sendable {
  /// Cells per row.
  package let columns: Int
  /// Rows of cells.
  package let rows: Int
  /// Mean brightness of each cell, 0...255, row-major.
  package let levels: [UInt8]

  /// Number of cells across, for images of any size.
  private static let cellsAcross = 48

  /// The grid of `image`, from every second pixel of every second row (of RGB the green channel).
  package init(_ image: borrowing PixelBuffer) {
    let layout = image.layout
    let side = max(2, (max(layout.width, layout.height) + Self.cellsAcross - 1) / Self.cellsAcross) & ~1
    let columns = max(1, layout.width / side), rows = max(1, layout.height / side)
    let (step, offset) = layout.format == .rgb24 ? (3, 1) : (1, 0)
    var levels = [UInt8](repeating: 0, count: columns * rows)
    image.withView { view in
      let plane = view.planes[0]
      var sums = [UInt32](repeating: 0, count: columns)
      for row in 0..<rows {
        for column in 0..<columns { sums[column] = 0 }
        let lines = min(side, layout.height)
        for y in stride(from: 0, to: lines, by: 2) {
          let line = unsafe plane.base + (row * side + y) * plane.stride + offset
          for column in 0..<columns {
            var sum: UInt32 = 0
            let start = column * side
            for x in stride(from: start, to: min(start + side, layout.width), by: 2) {
              sum &+= unsafe UInt32(line[x &* step])
            }
            sums[column] &+= sum
          }
        }
        let samples = UInt32((lines + 1) / 2 * ((min(side, layout.width) + 1) / 2))
        for column in 0..<columns { levels[row * columns + column] = UInt8(min(sums[column] / samples, 255)) }
      }
    }
    self.columns = columns
    self.rows = rows
    self.levels = levels
  }

  /// The largest difference of a cell to `other`, 0...255; 255 for grids of another size.
  ///
  /// - Parameter ignored: cells to leave out, row by row; empty for none.
  package func change(from other: LumaGrid, except ignored: [Bool] = []) -> Int {
    guard columns == other.columns, rows == other.rows else { return 255 }
    var largest = 0
    if ignored.count == levels.count {
      for index in levels.indices where !ignored[index] {
        largest = max(largest, abs(Int(levels[index]) - Int(other.levels[index])))
      }
    } else {
      for (now, before) in zip(levels, other.levels) { largest = max(largest, abs(Int(now) - Int(before))) }
    }
    return largest
  }
}
