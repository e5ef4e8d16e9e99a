/// How a frame is cut into tiles that the network sees one by one, besides the whole frame: small objects are larger then.
public struct TileGrid: Hashable, Sendable, CustomStringConvertible {
  /// Tiles side by side, and one below the other.
  public let columns, rows: Int
  /// Share of a tile's side that it has in common with its neighbour.
  public let overlap: Double

  /// `nil` unless there are 1 to 16 tiles each way, more than one in all, and the overlap is 0 to 0.5.
  public init?(columns: Int, rows: Int, overlap: Double = 0.2) {
    guard (1...16).contains(columns), (1...16).contains(rows), columns * rows > 1, (0...0.5).contains(overlap) else {
      return nil
    }
    self.columns = columns
    self.rows = rows
    self.overlap = overlap
  }

  /// Reads `2x2`, or `3x2:0.25` with the overlap.
  public init?(parsing text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let counts = parts[0].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, counts.count == 2, let columns = counts[0], let rows = counts[1] else { return nil }
    guard let overlap = parts.count == 2 ? Double(String(parts[1])) : 0.2 else { return nil }
    self.init(columns: columns, rows: rows, overlap: overlap)
  }

  /// `3x2:0.25`.
  public var description: String { "\(columns)x\(rows):\(overlap)" }

  /// Times that the network runs on a frame.
  public var inferenceCount: Int { columns * rows + 1 }

  /// The tiles of a frame of `width` by `height` pixels, of about one size, from the top left. None for a frame so small that
  /// tiles would be narrower than 32 pixels.
  func tiles(width: Int, height: Int) -> [Tile] {
    let across = spans(of: width, count: columns), down = spans(of: height, count: rows)
    guard let (_, tileWidth) = across.first, let (_, tileHeight) = down.first, tileWidth >= 32, tileHeight >= 32 else {
      return []
    }
    return down.flatMap { y, height in
      across.map { x, width in Tile(x: x, y: y, width: width, height: height) }
    }
  }

  /// Starts and lengths of `count` spans that cover `side`. Starts are even, where samples of chroma begin; the last span of an
  /// odd side is a pixel longer.
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
