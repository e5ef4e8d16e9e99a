package import Scene

/// Letterboxing: where an image is placed in the network's input, and how boxes are mapped back.
///
/// The official rule (`letterbox` of the YOLOv9 and YOLOv5 sources): one scale factor for both axes, sizes rounded
/// half to even, the rest split evenly and filled with grey 114.
package struct Letterbox: Hashable, Sendable {
  /// How far the image is padded.
  package enum Shape: Hashable, Sendable {
    /// To the next multiple of the stride: the smallest input the network accepts.
    case rectangular
    /// To the whole target size.
    case square
  }

  /// Level of the border in all three channels.
  package static let borderLevel: UInt8 = 114

  /// Size of the source image in pixels.
  package let sourceWidth, sourceHeight: Int
  /// Size of the image inside the input, in pixels.
  package let resizedWidth, resizedHeight: Int
  /// Size of the network's input, in pixels; multiples of the stride.
  package let width, height: Int
  /// Border on the left and at the top in pixels; the rest is on the right and at the bottom.
  package let left, top: Int
  private let gain, padX, padY: Float

  /// Places an image of `sourceWidth` × `sourceHeight` in at most `targetWidth` × `targetHeight`, rounded up to
  /// multiples of `stride`. Small images are enlarged only if `enlarges`.
  ///
  /// Fails with `badSize` if a side is not in `1...PixelLayout.largestSide`.
  package init(
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
    // An image of extreme aspect ratio could be rounded to zero height or width.
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
      // As in the official script: scale and unrounded border follow from the sizes alone.
      let gain = min(Double(height) / Double(sourceHeight), Double(width) / Double(sourceWidth))
      self.gain = Float(gain)
      padX = Float((Double(width) - Double(sourceWidth) * gain) / 2)
      padY = Float((Double(height) - Double(sourceHeight) * gain) / 2)
    } else {
      // As in the official validation: scale and border as applied.
      gain = Float(ratio)
      padX = Float(restX) / 2
      padY = Float(restY) / 2
    }
  }

  /// Maps a box from pixels of the input to pixels of the source, clipped to the image.
  package func sourceBox(_ box: Box) -> Box {
    Box(
      minX: (box.minX - padX) / gain, minY: (box.minY - padY) / gain, maxX: (box.maxX - padX) / gain,
      maxY: (box.maxY - padY) / gain
    ).clamped(toWidth: Float(sourceWidth), height: Float(sourceHeight))
  }

  /// Maps a box from pixels of the source to pixels of the input.
  package func inputBox(_ box: Box) -> Box {
    Box(
      minX: box.minX * gain + padX, minY: box.minY * gain + padY, maxX: box.maxX * gain + padX,
      maxY: box.maxY * gain + padY)
  }
}
