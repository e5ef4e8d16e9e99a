package import Scene

/// A line from `a` to `b` whose crossings are counted in both directions.
package struct CountingLine: Hashable, Sendable {
  /// Its name in events.
  package var name: String
  /// Where it begins.
  package var a: Polygon.Corner
  /// Where it ends.
  package var b: Polygon.Corner
  /// The name of the crossing from the left to the right of somebody who looks from `a` to `b`.
  package var inward = "in"
  /// The name of the opposite crossing.
  package var outward = "out"
  /// The point of a box that has to cross it.
  package var anchor = Anchor.bottom
  /// Classes it counts, by index; `nil` is all.
  package var classes: Set<Int>?
  /// Seconds that an object has to stay on the new side before it is counted.
  package var hold = 0.5
  /// Distance from the line that an object has to reach on the new side, as a share of the mean of its width and height:
  /// boxes tremble in proportion to their size. Beside the frame's border half the room that is left is enough.
  package var margin = 0.05

  /// The line called `name` from `a` to `b`, for all objects.
  package init(_ name: String, from a: Polygon.Corner, to b: Polygon.Corner) {
    self.name = name
    self.a = a
    self.b = b
  }

  /// The side of the endless line that `point` is on: positive is to the right of the look from `a` to `b`.
  func side(of point: FramePoint) -> Double { turn(FramePoint(a), FramePoint(b), point) }

  /// Whether the straight way from `start` to `end`, which crosses the endless line, meets the piece from `a` to `b`.
  func isMet(from start: FramePoint, to end: FramePoint) -> Bool {
    let left = turn(start, end, FramePoint(a)), right = turn(start, end, FramePoint(b))
    return (left <= 0 && right >= 0) || (left >= 0 && right <= 0)
  }

  /// Whether `point` is far enough from the line for a box of `size` pixels (mean of width and height) in a frame of
  /// `width` by `height` pixels.
  func isClear(_ point: FramePoint, size: Double, width: Double, height: Double) -> Bool {
    let a = FramePoint(a), b = FramePoint(b)
    let acrossX = (b.x - a.x) * width, acrossY = (b.y - a.y) * height
    let length = (acrossX * acrossX + acrossY * acrossY).squareRoot()
    guard length > 0 else { return false }
    // `turn` is an area in shares of the frame's; over the length it is a distance in pixels.
    func distance(_ side: Double) -> Double { side * width * height / length }
    let side = side(of: point)
    let corners = [FramePoint(x: 0, y: 0), FramePoint(x: 1, y: 0), FramePoint(x: 0, y: 1), FramePoint(x: 1, y: 1)]
    let room = corners.map { self.side(of: $0) * (side < 0 ? -1 : 1) }.max() ?? 0
    return distance(abs(side)) >= min(margin * size, distance(room) / 2)
  }
}
