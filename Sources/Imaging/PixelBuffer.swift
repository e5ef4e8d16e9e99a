/// An image with one owner.
///
/// The memory belongs to `keeper` (a pool's slot, or a frame of the decoder) and is given back when the buffer ends:
/// there is no copy and no reference count for callers to balance. Views are lent for the length of a closure.
@safe
public struct PixelBuffer: ~Copyable, @unchecked Sendable {
  /// Size, format and colours.
  public let layout: PixelLayout
  /// What the memory belongs to; whoever made the buffer may look for its own type here (to encode without a copy).
  public let keeper: AnyObject
  private let planes: InlineArray<3, ImageView.Plane>

  /// Wraps memory that `keeper` keeps alive and that nobody else writes.
  ///
  /// - Parameter planes: start and row stride of each plane; entries past `layout.format.planeCount` are ignored.
  @unsafe
  public init(layout: PixelLayout, planes: [ImageView.Plane], keeper: AnyObject) {
    self.layout = layout
    self.keeper = keeper
    self.planes = InlineArray { $0 < planes.count ? planes[$0] : planes[0] }
  }

  /// Lends the image for reading and, to its one owner, for drawing.
  public borrowing func withView<R: ~Copyable, E: Error>(_ body: (borrowing ImageView) throws(E) -> R) throws(E) -> R {
    try body(ImageView(layout: layout, planes: planes))
  }
}

/// The planes of an image, lent for the length of a closure.
@safe
public struct ImageView: ~Copyable {
  /// Start and row stride (bytes) of one plane.
  @safe
  public struct Plane {
    /// First byte of the first row.
    @unsafe public let base: UnsafeMutablePointer<UInt8>
    /// Bytes from one row to the next.
    public let stride: Int
    /// A plane at `base` with `stride` bytes a row.
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
