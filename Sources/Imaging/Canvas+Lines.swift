extension Canvas {
  /// One point of a line.
  package struct Vertex: Hashable, Sendable {
    /// Position in pixels of the image.
    package var x, y: Float
    /// Opacity of the ink here, 0...1; interpolated linearly between vertices.
    package var strength: Float

    /// A point at `x`, `y` (pixels) with opacity `strength` (0...1).
    package init(x: Float, y: Float, strength: Float = 1) {
      self.x = x
      self.y = y
      self.strength = strength
    }

    fileprivate var isDrawable: Bool { abs(x) < 100_000 && abs(y) < 100_000 && !strength.isNaN }
  }

  /// Draws a polyline through `vertices`, `width` pixels wide, with round caps and joins.
  ///
  /// Where the line crosses itself the higher coverage counts, so joins do not show. A vertex that is NaN or very far
  /// away interrupts the line.
  package mutating func stroke(_ vertices: [Vertex], width: Float, with ink: Ink, on view: borrowing ImageView) {
    guard width > 0, width < 1000 else { return }
    for (from, to) in zip(vertices, vertices.dropFirst()) where from.isDrawable && to.isDrawable {
      cover(from, to, reach: width / 2)
    }
    mixMask(ink, on: view)
  }

  /// Raises the mask to the coverage of one segment, computed from the distance of each pixel's centre.
  private func cover(_ from: Vertex, _ to: Vertex, reach: Float) {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let length = (dx * dx + dy * dy).squareRoot(), around = reach + 1
    let first = max(Int((min(from.y, to.y) - around).rounded(.down)), 0)
    let last = min(Int((max(from.y, to.y) + around).rounded(.up)), layout.height)
    let strength = (from: min(max(from.strength, 0), 1) * 255, to: min(max(to.strength, 0), 1) * 255)
    for y in first..<max(first, last) {
      let centreY = Float(y) + 0.5
      // The part of the row that the segment can cover.
      var lower = min(from.x, to.x) - around, upper = max(from.x, to.x) + around
      if abs(dy) > 1e-3 {
        let crossing = from.x + dx * (centreY - from.y) / dy, half = around * length / abs(dy)
        (lower, upper) = (max(lower, crossing - half), min(upper, crossing + half))
      }
      let left = max(Int(max(lower, -1).rounded(.down)), 0)
      let right = min(Int(min(upper, Float(layout.width)).rounded(.up)), layout.width)
      guard left < right else { continue }
      let row = unsafe mask.touch(y, left..<right)
      for x in left..<right {
        let (px, py) = (Float(x) + 0.5 - from.x, centreY - from.y)
        let along = length > 0 ? min(max((px * dx + py * dy) / (length * length), 0), 1) : 0
        let (ex, ey) = (px - along * dx, py - along * dy)
        let share = min(max(reach + 0.5 - (ex * ex + ey * ey).squareRoot(), 0), 1)
        let level = UInt8(share * (strength.from + (strength.to - strength.from) * along) + 0.5)
        unsafe row[x] = max(row[x], level)
      }
    }
  }
}
