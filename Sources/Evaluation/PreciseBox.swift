/// A box in the form of annotation files, in pixels: left, top, width and height.
///
/// In double precision, because the reference tools compare overlaps with thresholds in double precision.
public struct PreciseBox: Hashable, Sendable {
  /// Left edge in pixels.
  public var left: Double
  /// Top edge in pixels.
  public var top: Double
  /// Width in pixels.
  public var width: Double
  /// Height in pixels.
  public var height: Double

  /// A box from its left and top edges and its size, in pixels.
  @inlinable
  public init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  /// `width * height`, in square pixels.
  @inlinable public var area: Double { width * height }

  /// Area of the overlap with `other`, in square pixels.
  @inlinable
  public func intersectionArea(with other: PreciseBox) -> Double {
    let overlapWidth = min(left + width, other.left + other.width) - max(left, other.left)
    let overlapHeight = min(top + height, other.top + other.height) - max(top, other.top)
    return overlapWidth > 0 && overlapHeight > 0 ? overlapWidth * overlapHeight : 0
  }

  /// Intersection over union with `other`, 0...1; zero when both are empty.
  @inlinable
  public func intersectionOverUnion(with other: PreciseBox) -> Double {
    let intersection = intersectionArea(with: other)
    let union = area + other.area - intersection
    return union > 0 ? intersection / union : 0
  }
}
