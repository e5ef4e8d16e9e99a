import Scene

/// Merges the detections of a whole frame and of its tiles.
///
/// A box that ends at an inner edge of its tile may be cut. It is dropped if a whole box of its class covers it; two
/// cut boxes that meet at an edge are joined. Then non-maximum suppression runs over all boxes. No other boxes are
/// joined, so people side by side stay two (SAHI's greedy merging, Akyon et al. 2022, joins by overlap everywhere).
struct TileMerge {
  /// Edges of the tile at which a box may be cut.
  struct Edges: OptionSet {
    let rawValue: Int
    static let left = Edges(rawValue: 1), right = Edges(rawValue: 2), top = Edges(rawValue: 4),
      bottom = Edges(rawValue: 8)
  }

  private struct Found {
    var detection: Detection
    var tile: Int
    var cut: Edges
  }

  /// Fraction of a cut box that a whole one must cover to replace it.
  private static let cover: Float = 0.6
  /// Least overlap of two cut boxes along their common edge, as IoU of intervals.
  private static let alignment: Float = 0.6
  /// Largest distance between a box and an edge that may cut it, as a fraction of the tile's side: a few pixels of
  /// the network's input.
  private static let margin: Float = 0.008

  private let width, height: Int
  private var found: [Found] = []
  private var tileCount = 0

  /// Merges detections of a frame of `width` × `height` pixels.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Adds detections of the whole frame.
  mutating func add(_ detections: [Detection]) {
    tileCount += 1
    found += detections.map { Found(detection: $0, tile: tileCount, cut: []) }
  }

  /// Adds detections of `tile`, in its pixels.
  mutating func add(_ detections: [Detection], in tile: Tile) {
    tileCount += 1
    let reachX = max(2, Float(tile.width) * Self.margin), reachY = max(2, Float(tile.height) * Self.margin)
    for var detection in detections {
      let box = detection.box
      var cut: Edges = []
      if tile.x > 0, box.minX <= reachX { cut.insert(.left) }
      if tile.y > 0, box.minY <= reachY { cut.insert(.top) }
      if tile.x + tile.width < width, box.maxX >= Float(tile.width) - reachX { cut.insert(.right) }
      if tile.y + tile.height < height, box.maxY >= Float(tile.height) - reachY { cut.insert(.bottom) }
      let x = Float(tile.x), y = Float(tile.y)
      detection.box = Box(minX: box.minX + x, minY: box.minY + y, maxX: box.maxX + x, maxY: box.maxY + y)
      found.append(Found(detection: detection, tile: tileCount, cut: cut))
    }
  }

  /// The merged detections, best first.
  func merged(_ suppression: NonMaximumSuppression) -> [Detection] {
    let whole = found.filter { $0.cut.isEmpty }
    var cut = found.filter { piece in !piece.cut.isEmpty && !whole.contains { covers($0, piece) } }
    joinPieces(&cut)
    // Joined pieces may be whole now.
    let joined = cut.filter { $0.cut.isEmpty }
    cut.removeAll { piece in piece.cut.isEmpty || joined.contains { covers($0, piece) } }
    let all = (whole + joined + cut).map(\.detection)
    let candidates = all.enumerated().map { index, detection in
      Candidate(box: detection.box, score: detection.score, classID: detection.classID, anchor: index)
    }
    return suppression(candidates).map { Detection(box: $0.box, score: $0.score, classID: $0.classID) }
  }

  private func covers(_ whole: Found, _ piece: Found) -> Bool {
    whole.tile != piece.tile && whole.detection.classID == piece.detection.classID
      && whole.detection.box.intersectionArea(with: piece.detection.box) > Self.cover * piece.detection.box.area
  }

  private func joinPieces(_ pieces: inout [Found]) {
    pieces.sort { $0.detection.score > $1.detection.score }
    var first = 0
    while first < pieces.count {
      if let second = pieces.indices.dropFirst(first + 1).first(where: { meet(pieces[first], pieces[$0]) }) {
        pieces[first] = union(pieces[first], pieces[second])
        pieces.remove(at: second)
      } else {
        first += 1
      }
    }
  }

  /// Whether two pieces are cut at facing edges, reach each other there, and are aligned.
  private func meet(_ one: Found, _ other: Found) -> Bool {
    guard one.tile != other.tile, one.detection.classID == other.detection.classID else { return false }
    let a = one.detection.box, b = other.detection.box
    func share(_ low: Float, _ high: Float, _ otherLow: Float, _ otherHigh: Float) -> Float {
      max(0, min(high, otherHigh) - max(low, otherLow)) / max(1e-6, max(high, otherHigh) - min(low, otherLow))
    }
    let isAcross =
      one.cut.contains(.right) && other.cut.contains(.left) && a.maxX >= b.minX && a.minX < b.minX
      || one.cut.contains(.left) && other.cut.contains(.right) && b.maxX >= a.minX && b.minX < a.minX
    if isAcross, share(a.minY, a.maxY, b.minY, b.maxY) > Self.alignment { return true }
    let isBelow =
      one.cut.contains(.bottom) && other.cut.contains(.top) && a.maxY >= b.minY && a.minY < b.minY
      || one.cut.contains(.top) && other.cut.contains(.bottom) && b.maxY >= a.minY && b.minY < a.minY
    return isBelow && share(a.minX, a.maxX, b.minX, b.maxX) > Self.alignment
  }

  /// The bounding box of both, with the edges at which it may still be cut.
  private func union(_ one: Found, _ other: Found) -> Found {
    let a = one.detection.box, b = other.detection.box
    var joined = one
    joined.detection.box = Box(
      minX: min(a.minX, b.minX), minY: min(a.minY, b.minY), maxX: max(a.maxX, b.maxX), maxY: max(a.maxY, b.maxY))
    joined.detection.score = max(one.detection.score, other.detection.score)
    joined.cut = []
    for (edge, mine, theirs) in [
      (Edges.left, a.minX, b.minX), (.top, a.minY, b.minY), (.right, -a.maxX, -b.maxX), (.bottom, -a.maxY, -b.maxY),
    ] where (mine <= theirs ? one : other).cut.contains(edge) { joined.cut.insert(edge) }
    return joined
  }
}
