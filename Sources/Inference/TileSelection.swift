import Kernels

/// A selection of tiles of a feature map, 4 × 4 cells each.
///
/// Boxes are read only where a class is likely, so the convolutions before them are computed only around those cells.
struct TileSelection {
  /// Side of a tile in cells.
  static let side = 4

  private let columns: Int
  private let rows: Int
  private var isSelected: [Bool]
  /// Indices of the selected tiles, row by row.
  private(set) var numbers: [Int32] = []

  /// An empty selection on a map of `height` × `width` cells.
  init(height: Int, width: Int) {
    columns = (width + Self.side - 1) / Self.side
    rows = (height + Self.side - 1) / Self.side
    isSelected = [Bool](repeating: false, count: columns * rows)
  }

  /// Selects the tile that contains the cell at column `x` and row `y`.
  mutating func insert(x: Int, y: Int) { insert(column: x / Self.side, row: y / Self.side) }

  private mutating func insert(column: Int, row: Int) {
    let number = row * columns + column
    guard !isSelected[number] else { return }
    isSelected[number] = true
    numbers.append(Int32(number))
  }

  /// The tiles that a 3 × 3 convolution over these tiles reads: these and their neighbours.
  var surroundings: TileSelection {
    var result = self
    for number in numbers {
      let (row, column) = Int(number).quotientAndRemainder(dividingBy: columns)
      for y in max(row - 1, 0)...min(row + 1, rows - 1) {
        for x in max(column - 1, 0)...min(column + 1, columns - 1) { result.insert(column: x, row: y) }
      }
    }
    return result
  }

  /// Calls `body` with the selection as the kernels define it; `nil` stands for the whole map.
  static func withTiles(of selection: TileSelection?, _ body: (map_tiles) -> Void) {
    guard let selection else { return unsafe body(map_tiles(numbers: nil, count: 0)) }
    unsafe selection.numbers.withUnsafeBufferPointer {
      unsafe body(map_tiles(numbers: $0.baseAddress, count: Int32($0.count)))
    }
  }
}
