public import Scene

/// Where an image of some size lies in the network's input, and the way back for boxes.
///
/// The rule is the official one (`letterbox` of the YOLOv9 and YOLOv5 sources): one gain for both axes, sizes rounded half
/// to even, the rest split evenly and filled with grey 114.
public struct Letterbox: Hashable, Sendable {
  /// How much is filled up around the image.
  public enum Shape: Hashable, Sendable {
    /// Up to the next multiple of the stride: the fewest pixels the network can take.
    case rectangular
    /// Up to the whole target.
    case square
  }

  /// The grey of the border, in all three channels.
  public static let borderLevel: UInt8 = 114

  /// Size of the image, in pixels.
  public let sourceWidth, sourceHeight: Int
  /// Size of the image inside the input, in pixels.
  public let resizedWidth, resizedHeight: Int
  /// Size of the network's input, in pixels; multiples of the stride.
  public let width, height: Int
  /// Border before the image, in pixels; the rest of the border follows it.
  public let left, top: Int
  private let gain, padX, padY: Float

  /// The place of an image of `sourceWidth` by `sourceHeight` in at most `targetWidth` by `targetHeight` (raised to
  /// multiples of `stride`). Without `enlarges` a small image keeps its size.
  ///
  /// Fails with `badSize` where a side is not in `1...PixelLayout.largestSide`.
  public init(
    sourceWidth: Int, sourceHeight: Int, targetWidth: Int, targetHeight: Int, shape: Shape = .rectangular,
    stride: Int = 32, enlarges: Bool = true
  ) throws(ImagingError) {
    try PixelLayout(width: sourceWidth, height: sourceHeight, format: .rgb24).checkSize()
    try PixelLayout(width: targetWidth, height: targetHeight, format: .rgb24).checkSize()
    guard (1...PixelLayout.largestSide).contains(stride) else {
      throw ImagingError(.badSize, "a letterbox was asked for with stride \(stride); it must be positive")
    }
    let fullWidth = (targetWidth + stride - 1) / stride * stride
    let fullHeight = (targetHeight + stride - 1) / stride * stride
    var ratio = min(Double(fullHeight) / Double(sourceHeight), Double(fullWidth) / Double(sourceWidth))
    if !enlarges { ratio = min(ratio, 1) }
    // An image of extreme shape would lose a whole side to rounding.
    resizedWidth = max(1, Int((Double(sourceWidth) * ratio).rounded(.toNearestOrEven)))
    resizedHeight = max(1, Int((Double(sourceHeight) * ratio).rounded(.toNearestOrEven)))
    var restX = fullWidth - resizedWidth, restY = fullHeight - resizedHeight
    if shape == .rectangular {
      restX %= stride
      restY %= stride
    }
    width = resizedWidth + restX
    height = resizedHeight + restY
    left = Int((Double(restX) / 2 - 0.1).rounded(.toNearestOrEven))
    top = Int((Double(restY) / 2 - 0.1).rounded(.toNearestOrEven))
    self.sourceWidth = sourceWidth
    self.sourceHeight = sourceHeight
    if enlarges {
      // As the official script: gain and (unrounded) border follow from the sizes alone.
      let gain = min(Double(height) / Double(sourceHeight), Double(width) / Double(sourceWidth))
      self.gain = Float(gain)
      padX = Float((Double(width) - Double(sourceWidth) * gain) / 2)
      padY = Float((Double(height) - Double(sourceHeight) * gain) / 2)
    } else {
      // As the official validation: what was applied.
      gain = Float(ratio)
      padX = Float(restX) / 2
      padY = Float(restY) / 2
    }
  }

  /// A box in pixels of the input as a box in pixels of the source, cut to the image.
  public func sourceBox(_ box: Box) -> Box {
    Box(
      minX: (box.minX - padX) / gain, minY: (box.minY - padY) / gain, maxX: (box.maxX - padX) / gain,
      maxY: (box.maxY - padY) / gain
    ).clamped(toWidth: Float(sourceWidth), height: Float(sourceHeight))
  }

  /// A box in pixels of the source as a box in pixels of the input.
  public func inputBox(_ box: Box) -> Box {
    Box(
      minX: box.minX * gain + padX, minY: box.minY * gain + padY, maxX: box.maxX * gain + padX,
      maxY: box.maxY * gain + padY)
  }
}
