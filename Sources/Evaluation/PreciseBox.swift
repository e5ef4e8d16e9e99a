/// A box in the form of annotation files, in pixels: left, top, width and height.
///
/// In double precision, because the reference tools compare overlaps with thresholds in double precision.
package struct PreciseBox: Hashable, Sendable {
  /// Left edge in pixels.
  package var left: Double
  /// Top edge in pixels.
  package var top: Double
  /// Width in pixels.
  package var width: Double
  /// Height in pixels.
  package var height: Double

  /// A box from its left and top edges and its size, in pixels.
  @inlinable
  package init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  /// `width * height`, in square pixels.
  @inlinable package var area: Double { width * height }

  /// Area of the overlap with `other`, in square pixels.
  @inlinable
  package func intersectionArea(with other: PreciseBox) -> Double {
    let overlapWidth = min(left + width, other.left + other.width) - max(left, other.left)
    let overlapHeight = min(top + height, other.top + other.height) - max(top, other.top)
    return overlapWidth > 0 && overlapHeight > 0 ? overlapWidth * overlapHeight : 0
  }

  /// Intersection over union with `other`, 0...1; zero when both are empty.
  @inlinable
  package func intersectionOverUnion(with other: PreciseBox) -> Double {
    let intersection = intersectionArea(with: other)
    let union = area + other.area - intersection
    return union > 0 ? intersection / union : 0
  }
}
