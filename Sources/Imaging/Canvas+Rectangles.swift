package import Scene

/// A rectangle with rounded corners; its coverage is the covered fraction of each pixel, 0...255.
struct RoundedRectangle {
  let minX, minY, maxX, maxY, radius: Float

  /// Coordinates far outside any image are clamped, so that they fit integers; `nil` if one is NaN or the rectangle
  /// is empty.
  init?(_ box: Box, radius: Float) {
    let edges = [box.minX, box.minY, box.maxX, box.maxY]
    guard edges.allSatisfy({ !$0.isNaN }), box.minX < box.maxX, box.minY < box.maxY else { return nil }
    func near(_ value: Float) -> Float { min(max(value, -100_000), 100_000) }
    (minX, minY, maxX, maxY) = (near(box.minX), near(box.minY), near(box.maxX), near(box.maxY))
    self.radius = radius > 0 ? min(radius, (maxX - minX) / 2, (maxY - minY) / 2) : 0
  }

  /// The rectangle shrunk by `distance` on each side; `nil` if nothing is left.
  func inset(_ distance: Float) -> RoundedRectangle? {
    RoundedRectangle(
      Box(minX: minX + distance, minY: minY + distance, maxX: maxX - distance, maxY: maxY - distance),
      radius: radius - distance)
  }

  var columns: Range<Int> { Int(minX.rounded(.down))..<Int(maxX.rounded(.up)) }
  var rows: Range<Int> { Int(minY.rounded(.down))..<Int(maxY.rounded(.up)) }

  private static func overlap(_ pixel: Int, _ lower: Float, _ upper: Float) -> Float {
    max(0, min(Float(pixel + 1), upper) - max(Float(pixel), lower))
  }

  /// The coverage of row `y` in `columns`.
  func cover(row y: Int, columns: Range<Int>, to output: UnsafeMutablePointer<UInt8>) {
    let share = Self.overlap(y, minY, maxY)
    unsafe output.update(repeating: 0, count: columns.count)
    let own = self.columns.clamped(to: columns)
    guard share > 0, !own.isEmpty else { return }
    let start = columns.lowerBound
    unsafe (output + own.lowerBound - start).update(repeating: UInt8((share * 255).rounded()), count: own.count)
    for x in [own.lowerBound, own.upperBound - 1] {
      unsafe output[x - start] = UInt8((share * Self.overlap(x, minX, maxX) * 255).rounded())
    }
    let centre = Float(y) + 0.5
    let dy = max(minY + radius - centre, centre - (maxY - radius))
    guard radius > 0, dy > 0 else { return }
    let reach = Int(radius.rounded(.up)) + 1
    let left = own.clamped(to: own.lowerBound..<max(own.lowerBound, self.columns.lowerBound + reach))
    let right = own.clamped(to: min(own.upperBound, self.columns.upperBound - reach)..<own.upperBound)
    for part in [left, right] {
      for x in part {
        let middle = Float(x) + 0.5
        let dx = max(minX + radius - middle, middle - (maxX - radius), 0)
        guard dx > 0 else { continue }
        let inside = min(max(radius + 0.5 - (dx * dx + dy * dy).squareRoot(), 0), 1)
        unsafe output[x - start] = min(output[x - start], UInt8((inside * 255).rounded()))
      }
    }
  }
}

extension Canvas {
  /// Fills `box` (pixels) with corners of `radius` pixels.
  package mutating func fill(_ box: Box, radius: Float = 0, with ink: Ink, on view: borrowing ImageView) {
    guard let shape = RoundedRectangle(box, radius: radius), let part = region(shape.columns, shape.rows) else {
      return
    }
    unsafe mix(ink, columns: part.columns, rows: part.rows, on: view) { y, line in
      unsafe shape.cover(row: y, columns: part.columns, to: line)
      return unsafe UnsafePointer(line)
    }
  }

  /// Draws the outline of `box` (pixels), `width` pixels wide, inside its edges.
  package mutating func outline(
    _ box: Box, width: Float, radius: Float = 0, with ink: Ink, on view: borrowing ImageView
  ) {
    guard let outer = RoundedRectangle(box, radius: radius), width > 0 else { return }
    guard let inner = outer.inset(width) else { return fill(box, radius: radius, with: ink, on: view) }
    // Four bands of whole chroma samples; the inside is never visited.
    let corner = Int(max(width, outer.radius).rounded(.up)) + 1
    let even = { (value: Int) in value & ~1 }
    let top = even(outer.rows.lowerBound + corner + 1), bottom = max(top, even(outer.rows.upperBound - corner))
    let left = even(outer.columns.lowerBound + corner + 1)
    let right = max(left, even(outer.columns.upperBound - corner))
    let (x, y) = (outer.columns, outer.rows)
    func band(_ columns: (Int, Int), _ rows: (Int, Int)) {
      guard columns.0 < columns.1, rows.0 < rows.1, let part = region(columns.0..<columns.1, rows.0..<rows.1) else {
        return
      }
      unsafe mix(ink, columns: part.columns, rows: part.rows, on: view) { y, line in
        unsafe outer.cover(row: y, columns: part.columns, to: line)
        unsafe inner.cover(row: y, columns: part.columns, to: spare.base)
        for index in 0..<part.columns.count {
          unsafe line[index] = line[index] &- min(line[index], spare.base[index])
        }
        return unsafe UnsafePointer(line)
      }
    }
    band((x.lowerBound, x.upperBound), (y.lowerBound, min(top, y.upperBound)))
    band((x.lowerBound, x.upperBound), (bottom, y.upperBound))
    band((x.lowerBound, min(left, x.upperBound)), (top, bottom))
    band((right, x.upperBound), (top, bottom))
  }
}
