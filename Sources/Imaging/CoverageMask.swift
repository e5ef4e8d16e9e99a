/// A coverage mask of a whole image; only the touched part of each row is read and cleared.
final class CoverageMask {
  let width, height: Int
  private let levels: ScratchMemory<UInt8>
  private let touched: ScratchMemory<(lower: Int32, upper: Int32)>
  private var rows = 0..<0

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    levels = ScratchMemory(count: width * height, of: 0)
    touched = ScratchMemory(count: height, of: (Int32.max, 0))
  }

  /// Marks `columns` of row `y`, both inside the image, as touched; returns the row for writing.
  @unsafe
  func touch(_ y: Int, _ columns: Range<Int>) -> UnsafeMutablePointer<UInt8> {
    rows = rows.isEmpty ? y..<y + 1 : min(rows.lowerBound, y)..<max(rows.upperBound, y + 1)
    let (lower, upper) = unsafe touched.base[y]
    unsafe touched.base[y] = (min(lower, Int32(columns.lowerBound)), max(upper, Int32(columns.upperBound)))
    return unsafe levels.base + y * width
  }

  /// The touched rows.
  var touchedRows: Range<Int> { rows }

  /// The touched columns of row `y`, with `pair` of rows `y` and `y + 1`.
  func touchedColumns(_ y: Int, pair: Bool) -> Range<Int> {
    var (lower, upper) = unsafe touched.base[y]
    if pair, y + 1 < height {
      let next = unsafe touched.base[y + 1]
      (lower, upper) = (min(lower, next.lower), max(upper, next.upper))
    }
    return lower < upper ? Int(lower)..<Int(upper) : 0..<0
  }

  /// Row `y`, first column first.
  @unsafe
  func row(_ y: Int) -> UnsafePointer<UInt8> { unsafe UnsafePointer(levels.base + y * width) }

  /// Clears the mask.
  func clear() {
    for y in rows {
      let (lower, upper) = unsafe touched.base[y]
      if lower < upper {
        unsafe (levels.base + y * width + Int(lower)).update(repeating: 0, count: Int(upper - lower))
      }
      unsafe touched.base[y] = (Int32.max, 0)
    }
    rows = 0..<0
  }
}

extension Canvas {
  /// Mixes `ink` by the mask's coverage, then clears the mask.
  func mixMask(_ ink: Ink, on view: borrowing ImageView) {
    let touched = mask.touchedRows
    guard !touched.isEmpty else { return }
    let step = 1 << chromaShift.y
    for y in stride(from: touched.lowerBound / step * step, to: touched.upperBound, by: step) {
      let columns = mask.touchedColumns(y, pair: step == 2)
      guard let part = region(columns, y..<y + step) else { continue }
      unsafe mix(ink, columns: part.columns, rows: part.rows, on: view) { y, _ in
        unsafe mask.row(y) + part.columns.lowerBound
      }
    }
    mask.clear()
  }
}
