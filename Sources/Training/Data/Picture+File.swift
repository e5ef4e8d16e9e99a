import Capture
import Imaging

extension Picture {
  /// Reads the picture at `path` (JPEG, PNG, WebP, BMP, TIFF or PPM); `nil` if it cannot be decoded.
  public init?(path: String) {
    guard let buffer = try? ImageFile(path: path).read(as: .rgb24) else { return nil }
    let width = buffer.layout.width, height = buffer.layout.height
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    buffer.withView { view in
      let plane = view.planes[0]
      for row in 0..<height {
        unsafe pixels.withUnsafeMutableBufferPointer { target in
          unsafe (target.baseAddress! + row * width * 3).update(
            from: plane.base + row * plane.stride, count: width * 3)
        }
      }
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}
