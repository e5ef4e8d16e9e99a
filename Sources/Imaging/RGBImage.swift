/// An RGB image as a value type, for training and stills. Streams use `PixelBuffer`.
public struct RGBImage: Hashable, Sendable {
  /// Size in pixels.
  public let width, height: Int
  /// Interleaved RGB, rows from the top, without padding: `height, width, 3`.
  public package(set) var bytes: [UInt8]

  /// An image of the given bytes; fails with `badSize`, or with `mismatch` if their number is not `width * height *
  /// 3`.
  public init(width: Int, height: Int, bytes: [UInt8]) throws(ImagingError) {
    try PixelLayout(width: width, height: height, format: .rgb24).checkSize()
    guard bytes.count == width * height * 3 else {
      throw ImagingError(.mismatch, "\(width)x\(height) RGB takes \(width * height * 3) bytes, not \(bytes.count)")
    }
    self.init(width, height, bytes)
  }

  /// Converts an image of any format to RGB as FFmpeg's scaler does.
  public init(_ image: borrowing PixelBuffer) {
    let layout = image.layout
    let bytes = image.withView { view in
      Self.render(BilinearResizer(source: layout, width: layout.width, height: layout.height), view)
    }
    self.init(layout.width, layout.height, bytes)
  }

  /// An image of at least one pixel with every channel at `level`.
  package init(width: Int, height: Int, level: UInt8) {
    self.init(width, height, [UInt8](repeating: level, count: width * height * 3))
  }

  private init(_ width: Int, _ height: Int, _ bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// How samples are weighted when the size changes.
  package enum Interpolation: Hashable, Sendable {
    /// Two by two neighbours; OpenCV's `INTER_LINEAR`, exactly.
    case bilinear
    /// The mean over the covered area when shrinking, OpenCV's `INTER_AREA`.
    case area
  }

  /// The image at another size; fails with `badSize`.
  package func resized(width: Int, height: Int, by interpolation: Interpolation) throws(ImagingError) -> RGBImage {
    try PixelLayout(width: width, height: height, format: .rgb24).checkSize()
    if width == self.width, height == self.height { return self }
    if interpolation == .area, width <= self.width, height <= self.height {
      return RGBImage(width, height, areaMean(width: width, height: height))
    }
    let layout = PixelLayout(width: self.width, height: self.height, format: .rgb24)
    let resizer = BilinearResizer(
      source: layout, width: width, height: height, rule: interpolation == .area ? .areaEnlarging : .bilinear)
    var copy = self
    return RGBImage(width, height, copy.withPixels { pixels in pixels.withView { Self.render(resizer, $0) } })
  }

  /// Calls `body` with the image as a pixel buffer, to read or to draw on.
  public mutating func withPixels<R, E: Error>(_ body: (borrowing PixelBuffer) throws(E) -> R) throws(E) -> R {
    let layout = PixelLayout(width: width, height: height, format: .rgb24)
    let keeper = PixelOwner()
    return try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(E) -> R in
      guard let base = buffer.baseAddress else { preconditionFailure("an image has at least one pixel") }
      let plane = unsafe ImageView.Plane(base: base, stride: layout.width * 3)
      return try body(unsafe PixelBuffer(layout: layout, planes: [plane], keeper: keeper))
    }
  }

  /// Stands for the array that owns the pixels of a borrowed image.
  private final class PixelOwner {}

  private static func render(_ resizer: BilinearResizer, _ view: borrowing ImageView) -> [UInt8] {
    var resizer = resizer
    let width = resizer.width, height = resizer.height
    return unsafe [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      for y in 0..<height {
        resizer.make(y, from: view)
        guard let base = buffer.baseAddress else { return }
        unsafe resizer.rows.interleave(resizer.output, width: width, to: base + y * width * 3)
      }
      count = width * height * 3
    }
  }
}
