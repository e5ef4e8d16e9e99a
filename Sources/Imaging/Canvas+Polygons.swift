extension Canvas {
  /// Fills the polygon `corners` (pixels; even-odd rule) and every pixel that its edges touch, so that a privacy mask
  /// leaves no rim.
  package mutating func cover(_ corners: [(x: Float, y: Float)], with ink: Ink, on view: borrowing ImageView) {
    guard corners.count > 2, corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
    let edges = zip(corners, corners.dropFirst() + corners.prefix(1)).map { (from: $0, to: $1) }
    let height = Float(layout.height)
    let top = Int(min(max(corners.map(\.y).min() ?? 0, 0), height)), bottom = corners.map(\.y).max() ?? 0
    for y in top..<min(Int(min(max(bottom.rounded(.up), 0), height)), layout.height) {
      cover(edges, row: y)
    }
    mixMask(ink, on: view)
  }

  private func cover(_ edges: [(from: (x: Float, y: Float), to: (x: Float, y: Float))], row y: Int) {
    // The inside, sampled on five lines through the row.
    for line in 0...4 {
      let height = Float(y) + Float(line) / 4
      let crossings = edges.compactMap { edge -> Float? in
        guard (edge.from.y <= height) != (edge.to.y <= height) else { return nil }
        return edge.from.x + (height - edge.from.y) / (edge.to.y - edge.from.y) * (edge.to.x - edge.from.x)
      }.sorted()
      for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
        cover(from: crossings[pair], to: crossings[pair + 1], row: y)
      }
    }
    // The pixels that an edge touches in this row.
    for edge in edges {
      let (low, high) = edge.from.y <= edge.to.y ? (edge.from, edge.to) : (edge.to, edge.from)
      let upper = max(low.y, Float(y)), lower = min(high.y, Float(y + 1))
      guard upper <= lower else { continue }
      let slope = high.y > low.y ? (high.x - low.x) / (high.y - low.y) : 0
      let first = high.y > low.y ? low.x + (upper - low.y) * slope : low.x
      let last = high.y > low.y ? low.x + (lower - low.y) * slope : high.x
      cover(from: min(first, last), to: max(first, last), row: y)
    }
  }

  private func cover(from left: Float, to right: Float, row y: Int) {
    let width = Float(layout.width)
    let lower = Int(min(max(left.rounded(.down), 0), width)), upper = Int(min(max(right.rounded(.up), 0), width))
    guard lower < upper else { return }
    let row = unsafe mask.touch(y, lower..<upper)
    unsafe (row + lower).update(repeating: 255, count: upper - lower)
  }
}
