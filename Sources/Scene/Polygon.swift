/// An area of a frame. Corners are fractions of its width and height, so a polygon fits any frame size.
package struct Polygon: Hashable, Sendable {
  /// A corner; both coordinates are 0...1, from the top left.
  package struct Corner: Hashable, Sendable {
    /// Fraction of the width.
    package var x: Float
    /// Fraction of the height.
    package var y: Float

    /// The corner at `x`, `y`, both 0...1.
    package init(x: Float, y: Float) {
      self.x = x
      self.y = y
    }
  }

  /// At least three, in either orientation; the last is connected to the first.
  package var corners: [Corner]

  /// The polygon with these corners.
  package init(corners: [Corner]) { self.corners = corners }
}
