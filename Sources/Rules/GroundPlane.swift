internal import Foundation
package import Scene

/// Where points of a frame are on flat ground, in metres: a homography from four corners whose sides were measured.
///
/// Four sides do not determine a quadrilateral: it can be sheared. Of all that have these sides, the one whose angles are
/// closest to right angles is taken, which is the rectangle if opposite sides are equal. A diagonal as the fifth length
/// determines the shape without that assumption.
package struct GroundPlane: Hashable, Sendable {
  /// Why lengths do not fit an area.
  package enum Problem: String, Error, Hashable, Sendable {
    /// It has not four corners.
    case corners = "expected a zone of four corners, because the four sides between them are measured"
    /// It is not convex.
    case convexity = "expected the four corners in order around an area without a corner that points inwards"
    /// Another number of lengths, or one out of range.
    case lengths =
      "expected four lengths from 0.1 to 10000 metres, or five with the diagonal from the first corner to the third"
    /// No area has these lengths.
    case shape =
      "expected lengths of an area: each side shorter than the other three together, and a diagonal that the sides reach"
  }

  /// The corners on the ground in metres, in the order of the area; the first is 0, 0.
  package let corners: [Point]
  /// Nine numbers of the homography, row by row, from points relative to `centre`.
  private let matrix: [Double]
  private let centre: Point

  /// A point on the ground, in metres, or in a frame, in fractions of its size.
  package struct Point: Hashable, Sendable {
    /// Coordinates.
    package let x, y: Double

    /// The point at `x`, `y`.
    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// The ground of `area`, whose sides have these `lengths` in metres: first that from its first corner to its second, then on
  /// around it. A fifth is the diagonal from the first corner to the third.
  package init(_ area: Polygon, lengths: [Double]) throws(Problem) {
    guard area.corners.count == 4 else { throw .corners }
    guard lengths.count == 4 || lengths.count == 5, lengths.allSatisfy({ (0.1...10_000).contains($0) }) else {
      throw .lengths
    }
    let seen = area.corners.map { Point(x: Double($0.x), y: Double($0.y)) }
    let turns = (0..<4).map { Self.turn(seen[$0], seen[($0 + 1) % 4], seen[($0 + 2) % 4]) }
    guard turns.allSatisfy({ $0 > 1e-6 }) || turns.allSatisfy({ $0 < -1e-6 }) else { throw .convexity }
    guard let corners = GroundShape(sides: Array(lengths.prefix(4)), diagonal: lengths.dropFirst(4).first)?.corners
    else {
      throw .shape
    }
    // Relative to the middle, which is in front of the horizon as all of the area is.
    let centre = Point(x: seen.map(\.x).reduce(0, +) / 4, y: seen.map(\.y).reduce(0, +) / 4)
    var rows: [[Double]] = []
    for (from, to) in zip(seen, corners) {
      let u = from.x - centre.x, v = from.y - centre.y
      rows.append([u, v, 1, 0, 0, 0, -u * to.x, -v * to.x, to.x])
      rows.append([0, 0, 0, u, v, 1, -u * to.y, -v * to.y, to.y])
    }
    guard let solution = Self.solve(rows) else { throw .convexity }
    self.corners = corners
    self.centre = centre
    matrix = solution + [1]
  }

  /// Where the ground is at a point of the frame (in fractions of its size), in metres; `nil` beyond the horizon.
  package func position(x: Double, y: Double) -> Point? {
    let u = x - centre.x, v = y - centre.y
    let depth = matrix[6] * u + matrix[7] * v + matrix[8]
    guard depth > 1e-6 else { return nil }
    return Point(
      x: (matrix[0] * u + matrix[1] * v + matrix[2]) / depth, y: (matrix[3] * u + matrix[4] * v + matrix[5]) / depth)
  }

  static func turn(_ a: Point, _ b: Point, _ c: Point) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }

  /// The solution of linear equations, each of them coefficients and the right side, by elimination with pivots; `nil` if there is
  /// none, or more than one.
  private static func solve(_ equations: [[Double]]) -> [Double]? {
    var rows = equations
    let count = rows.count
    for column in 0..<count {
      guard let pivot = (column..<count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
        abs(rows[pivot][column]) > 1e-12
      else { return nil }
      rows.swapAt(column, pivot)
      for row in 0..<count where row != column {
        let factor = rows[row][column] / rows[column][column]
        guard factor != 0 else { continue }
        for index in column...count { rows[row][index] -= factor * rows[column][index] }
      }
    }
    return (0..<count).map { rows[$0][count] / rows[$0][$0] }
  }
}

/// A convex quadrilateral of given sides.
private struct GroundShape {
  let corners: [GroundPlane.Point]

  /// The shape with `diagonal` between its first and third corner; without one, the shape whose angles are closest to right angles.
  /// `nil` if there is none.
  init?(sides: [Double], diagonal: Double?) {
    let (a, b, c, d) = (sides[0], sides[1], sides[2], sides[3])
    let least = max(abs(a - b), abs(c - d)), most = min(a + b, c + d)
    guard least < most else { return nil }
    let chosen = diagonal ?? Self.best(least, most) { Self.unevenness(sides, diagonal: $0) }
    guard chosen > least, chosen < most, Self.unevenness(sides, diagonal: chosen).isFinite else { return nil }
    // The first corner, the second at an angle above the diagonal, the third at its end, the fourth below it.
    let above = Self.angle(opposite: b, between: a, chosen), below = Self.angle(opposite: c, between: d, chosen)
    corners = [
      .init(x: 0, y: 0), .init(x: a * above.cosine, y: a * above.sine), .init(x: chosen, y: 0),
      .init(x: d * below.cosine, y: -d * below.sine),
    ]
  }

  /// How far the angles are from right angles in all; infinite for a shape that is not convex.
  private static func unevenness(_ sides: [Double], diagonal: Double) -> Double {
    let (a, b, c, d) = (sides[0], sides[1], sides[2], sides[3])
    func radians(opposite: Double, between one: Double, _ other: Double) -> Double {
      let corner = Self.angle(opposite: opposite, between: one, other)
      return atan2(corner.sine, corner.cosine)
    }
    let angles = [
      radians(opposite: b, between: a, diagonal) + radians(opposite: c, between: d, diagonal),
      radians(opposite: diagonal, between: a, b),
      radians(opposite: a, between: b, diagonal) + radians(opposite: d, between: c, diagonal),
      radians(opposite: diagonal, between: c, d),
    ]
    guard angles.allSatisfy({ $0 > 0 && $0 < .pi }) else { return .infinity }
    return angles.reduce(0) { $0 + ($1 - .pi / 2) * ($1 - .pi / 2) }
  }

  /// Cosine and sine of the angle between two sides of a triangle, by its third.
  private static func angle(
    opposite: Double, between one: Double, _ other: Double
  ) -> (cosine: Double, sine: Double) {
    let cosine = min(max((one * one + other * other - opposite * opposite) / (2 * one * other), -1), 1)
    return (cosine, (1 - cosine * cosine).squareRoot())
  }

  /// Where `cost` is lowest between two numbers: the best of a row of samples, then closer by thirds.
  private static func best(_ low: Double, _ high: Double, _ cost: (Double) -> Double) -> Double {
    let count = 400, step = (high - low) / Double(count)
    let samples = (1..<count).map { low + Double($0) * step }
    let first = samples.min { cost($0) < cost($1) } ?? (low + high) / 2
    var left = first - step, right = first + step
    for _ in 0..<80 {
      let third = (right - left) / 3
      if cost(left + third) <= cost(right - third) { right -= third } else { left += third }
    }
    return (left + right) / 2
  }
}
