/// An area of a picture, by its corners in shares of width and height, so that it fits any size.
public struct Polygon: Hashable, Sendable {
  /// A corner; both 0...1, from the top left.
  public struct Corner: Hashable, Sendable {
    /// Share of the width.
    public var x: Float
    /// Share of the height.
    public var y: Float
  }

  /// At least three, in either direction; the last is joined to the first.
  public var corners: [Corner]
}
