import FFmpeg
package import Imaging

extension PixelBuffer {
  /// A hash of its pixels, their size and arrangement: what has the same is the same to the network. 32 hexadecimal digits.
  package borrowing func fingerprint() throws(CaptureError) -> String {
    do throws(FFmpegError) {
      var hash = try Murmur3()
      let layout = layout
      unsafe Array("\(layout)".utf8).withUnsafeBytes { unsafe hash.update($0) }
      withView { view in
        for index in 0..<layout.format.planeCount {
          let plane = view.planes[index], size = layout.planeSize(index)
          for row in 0..<size.rows {
            // Rows may be padded, with whatever was there before.
            unsafe hash.update(UnsafeRawBufferPointer(start: plane.base + row * plane.stride, count: size.rowBytes))
          }
        }
      }
      return hash.digest()
    } catch { throw CaptureError(error, reading: "a frame", isLive: false) }
  }
}
