/// An image with a single owner.
///
/// The memory belongs to `keeper` (a slot of a pool, or a frame of the decoder) and is returned when the buffer is
/// destroyed, without copies or manual reference counting. Views are valid within a closure.
@safe
public struct PixelBuffer: ~Copyable, @unchecked Sendable {
  /// Size, format and colours.
  public let layout: PixelLayout
  /// The owner of the memory; the creator of the buffer can downcast it (to encode without a copy).
  public let keeper: AnyObject
  private let planes: InlineArray<3, ImageView.Plane>

  /// Wraps memory that `keeper` keeps alive and that no one else writes.
  ///
  /// - Parameter planes: start and stride of each plane; entries beyond `layout.format.planeCount` are ignored.
  @unsafe
  public init(layout: PixelLayout, planes: [ImageView.Plane], keeper: AnyObject) {
    self.layout = layout
    self.keeper = keeper
    self.planes = InlineArray { $0 < planes.count ? planes[$0] : planes[0] }
  }

  /// Calls `body` with a view for reading and, by the owner, for drawing.
  public borrowing func withView<R: ~Copyable, E: Error>(_ body: (borrowing ImageView) throws(E) -> R) throws(E) -> R {
    try body(ImageView(layout: layout, planes: planes))
  }
}

/// The planes of an image, valid within a closure.
@safe
public struct ImageView: ~Copyable {
  /// Start and stride (bytes) of one plane.
  @safe
  public struct Plane {
    /// First byte of the first row.
    @unsafe public let base: UnsafeMutablePointer<UInt8>
    /// Stride in bytes.
    public let stride: Int
    /// A plane at `base` with a stride of `stride` bytes.
    public init(base: UnsafeMutablePointer<UInt8>, stride: Int) {
      unsafe self.base = unsafe base
      self.stride = stride
    }
  }

  /// Size, format and colours.
  public let layout: PixelLayout
  /// Planes, in the order of the format.
  public let planes: InlineArray<3, Plane>

  init(layout: PixelLayout, planes: InlineArray<3, Plane>) {
    self.layout = layout
    self.planes = planes
  }
}
