import Scene

/// How a frame is divided into tiles that are detected in besides the whole frame, so that small objects become
/// larger.
public struct TileGrid: Hashable, Sendable, CustomStringConvertible {
  /// Number of columns and rows of tiles.
  public let columns, rows: Int
  /// Overlap of neighbouring tiles, as a fraction of a tile's side.
  public let overlap: Double

  /// `nil` unless there are 1 to 16 tiles per direction, more than one in all, and the overlap is 0 to 0.5.
  public init?(columns: Int, rows: Int, overlap: Double = 0.2) {
    guard (1...16).contains(columns), (1...16).contains(rows), columns * rows > 1, (0...0.5).contains(overlap) else {
      return nil
    }
    self.columns = columns
    self.rows = rows
    self.overlap = overlap
  }

  /// Parses `2x2`, or `3x2:0.25` with the overlap.
  public init?(parsing text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let (columns, rows) = parts[0].sides(),
      let overlap = parts.count == 2 ? Double(String(parts[1])) : 0.2
    else { return nil }
    self.init(columns: columns, rows: rows, overlap: overlap)
  }

  /// `3x2:0.25`.
  public var description: String { "\(columns)x\(rows):\(overlap)" }

  /// Number of inferences per frame.
  public var inferenceCount: Int { columns * rows + 1 }

  /// The tiles of a frame of `width` × `height` pixels, all of about one size, from the top left. Empty for frames so
  /// small that tiles would be narrower than 32 pixels.
  func tiles(width: Int, height: Int) -> [Tile] {
    let across = spans(of: width, count: columns), down = spans(of: height, count: rows)
    guard let (_, tileWidth) = across.first, let (_, tileHeight) = down.first, tileWidth >= 32, tileHeight >= 32 else {
      return []
    }
    return down.flatMap { y, height in
      across.map { x, width in Tile(x: x, y: y, width: width, height: height) }
    }
  }

  /// Starts and lengths of `count` spans that cover `side`. Starts are even, so that they fall on chroma samples; the
  /// last span of an odd side is one pixel longer.
  private func spans(of side: Int, count: Int) -> [(start: Int, length: Int)] {
    guard count > 1 else { return [(0, side)] }
    let exact = Double(side) / (Double(count) - Double(count - 1) * overlap)
    let length = min(side, (Int(exact.rounded(.up)) + 1) / 2 * 2)
    return (0..<count).map { index in
      let start = index * (side - length) / (count - 1) / 2 * 2
      return (start, index == count - 1 ? side - start : length)
    }
  }
}

/// A part of a frame, in pixels.
struct Tile: Hashable {
  let x, y, width, height: Int
}
