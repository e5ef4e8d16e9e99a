internal import Scene

/// The point of a box that stands for the object: where it is in a zone, and what crosses a line.
package enum Anchor: String, CaseIterable, Hashable, Sendable {
  /// The middle of the lower edge: where somebody stands on the ground.
  case bottom
  /// The centre of the box.
  case centre
  /// The middle of the upper edge.
  case top
  /// The middle of the left edge.
  case left
  /// The middle of the right edge.
  case right

  /// The point of `box`, in shares of a frame of `width` by `height` pixels.
  ///
  /// It is clamped into the frame: the feet of somebody who is cut off by the lower edge are at that edge.
  func point(of box: Box, width: Double, height: Double) -> FramePoint {
    let minX = Double(box.minX), maxX = Double(box.maxX), minY = Double(box.minY), maxY = Double(box.maxY)
    let x =
      switch self {
      case .bottom, .centre, .top: (minX + maxX) / 2
      case .left: minX
      case .right: maxX
      }
    let y =
      switch self {
      case .bottom: maxY
      case .top: minY
      case .centre, .left, .right: (minY + maxY) / 2
      }
    return FramePoint(x: min(max(x / width, 0), 1), y: min(max(y / height, 0), 1))
  }
}

/// A point of a frame in shares of its width and height, 0...1 from the top left.
struct FramePoint: Hashable, Sendable, Codable {
  var x: Double
  var y: Double
}

extension FramePoint {
  init(_ corner: Polygon.Corner) { self.init(x: Double(corner.x), y: Double(corner.y)) }
}

/// Twice the signed area of the triangle `a`, `b`, `c`: positive where `c` lies to the right of somebody who looks from
/// `a` to `b` (`y` points down), 0 where the three lie on one line.
func turn(_ a: FramePoint, _ b: FramePoint, _ c: FramePoint) -> Double {
  (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}
