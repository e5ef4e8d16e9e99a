package import Scene

extension Polygon {
  /// Whether the point at `x`, `y` (shares of the frame) lies in the polygon, its edges included.
  package func contains(x: Double, y: Double) -> Bool { contains(FramePoint(x: x, y: y)) }

  /// Whether `point` lies in the polygon. Its edges belong to it; where it overlaps itself, the even-odd rule decides.
  func contains(_ point: FramePoint) -> Bool {
    guard var from = corners.last.map({ FramePoint($0) }) else { return false }
    var isInside = false
    for corner in corners {
      let to = FramePoint(corner)
      let side = turn(from, to, point)
      if side == 0, (min(from.x, to.x)...max(from.x, to.x)).contains(point.x),
        (min(from.y, to.y)...max(from.y, to.y)).contains(point.y)
      {
        return true
      }
      // A ray to the right meets the edge if its ends are on different sides of the ray and the point is left of it.
      if (from.y > point.y) != (to.y > point.y), (side > 0) == (to.y > from.y) { isInside.toggle() }
      from = to
    }
    return isInside
  }
}
