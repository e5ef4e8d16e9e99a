/// An axis-aligned rectangle in pixels of the image it was found in, origin at the top left, `x` to the right.
///
/// The edges are continuous coordinates: a box that covers the first pixel alone is `(0, 0, 1, 1)`.
public struct Box: Hashable, Sendable, Codable {
  /// Left edge in pixels.
  public var minX: Float
  /// Top edge in pixels.
  public var minY: Float
  /// Right edge in pixels.
  public var maxX: Float
  /// Bottom edge in pixels.
  public var maxY: Float

  /// A box from its four edges, in pixels.
  @inlinable
  public init(minX: Float, minY: Float, maxX: Float, maxY: Float) {
    self.minX = minX
    self.minY = minY
    self.maxX = maxX
    self.maxY = maxY
  }

  /// A box from its centre and size, in pixels.
  @inlinable
  public init(centreX: Float, centreY: Float, width: Float, height: Float) {
    self.init(
      minX: centreX - width / 2, minY: centreY - height / 2, maxX: centreX + width / 2, maxY: centreY + height / 2)
  }

  /// `maxX - minX`, in pixels.
  @inlinable public var width: Float { maxX - minX }
  /// `maxY - minY`, in pixels.
  @inlinable public var height: Float { maxY - minY }
  /// Horizontal centre, in pixels.
  @inlinable public var centreX: Float { (minX + maxX) / 2 }
  /// Vertical centre, in pixels.
  @inlinable public var centreY: Float { (minY + maxY) / 2 }
  /// `width * height`, in square pixels; zero for an inverted box.
  @inlinable public var area: Float { max(0, width) * max(0, height) }

  /// Area of the overlap with `other`, in square pixels.
  @inlinable
  public func intersectionArea(with other: Box) -> Float {
    let overlapWidth = min(maxX, other.maxX) - max(minX, other.minX)
    let overlapHeight = min(maxY, other.maxY) - max(minY, other.minY)
    return max(0, overlapWidth) * max(0, overlapHeight)
  }

  /// Intersection over union with `other`, 0...1; zero when both boxes are empty.
  @inlinable
  public func intersectionOverUnion(with other: Box) -> Float {
    let intersection = intersectionArea(with: other)
    let union = area + other.area - intersection
    return union > 0 ? intersection / union : 0
  }

  /// The box clipped to an image of `width` by `height` pixels.
  @inlinable
  public func clamped(toWidth width: Float, height: Float) -> Box {
    Box(
      minX: min(max(minX, 0), width), minY: min(max(minY, 0), height), maxX: min(max(maxX, 0), width),
      maxY: min(max(maxY, 0), height))
  }
}
