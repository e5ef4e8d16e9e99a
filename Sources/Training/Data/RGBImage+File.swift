import Capture
package import Imaging

extension RGBImage {
  /// Reads the image file at `path` (JPEG, PNG, WebP, BMP, TIFF or PPM); `nil` if it cannot be decoded.
  package init?(path: String) {
    guard let buffer = try? ImageFile(path: path).read(as: .rgb24) else { return nil }
    self.init(buffer)
  }
}
