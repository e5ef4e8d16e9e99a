/// An area of a frame. Corners are fractions of its width and height, so a polygon fits any frame size.
public struct Polygon: Hashable, Sendable {
  /// A corner; both coordinates are 0...1, from the top left.
  public struct Corner: Hashable, Sendable {
    /// Fraction of the width.
    public var x: Float
    /// Fraction of the height.
    public var y: Float

    /// The corner at `x`, `y`, both 0...1.
    public init(x: Float, y: Float) {
      self.x = x
      self.y = y
    }
  }

  /// At least three, in either orientation; the last is connected to the first.
  public var corners: [Corner]

  /// The polygon with these corners.
  public init(corners: [Corner]) { self.corners = corners }
}
