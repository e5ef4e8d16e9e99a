import Imaging

extension RGBImage {
  /// Level of all channels outside of an image, as in the published pre-processing.
  static let border: UInt8 = 114

  /// A square of `side` pixels at the level of the border.
  static func blank(side: Int) -> RGBImage { RGBImage(width: side, height: side, level: border) }

  /// The image resized so that its longer side has `side` pixels, by bilinear interpolation.
  func resized(longSide side: Int) -> RGBImage {
    guard max(width, height) != side else { return self }
    let ratio = Float(side) / Float(max(width, height))
    let newWidth = max(1, Int((Float(width) * ratio).rounded()))
    let newHeight = max(1, Int((Float(height) * ratio).rounded()))
    let map = AffineMap(scaleX: Float(width) / Float(newWidth), scaleY: Float(height) / Float(newHeight))
    return warped(width: newWidth, height: newHeight, map: map, clampsToEdge: true)
  }

  /// A new image whose pixel (x, y) is interpolated bilinearly at `map`(x, y) of this one. Pixels that map to the outside
  /// take the border's level, or with `clampsToEdge` the nearest pixel.
  func warped(width newWidth: Int, height newHeight: Int, map: AffineMap, clampsToEdge: Bool = false) -> RGBImage {
    let columns = Self.samples(newWidth, of: width, scale: map.scaleX, shift: map.shiftX, clamps: clampsToEdge)
    let rows = Self.samples(newHeight, of: height, scale: map.scaleY, shift: map.shiftY, clamps: clampsToEdge)
    var result = RGBImage(width: newWidth, height: newHeight, level: Self.border)
    let stride = width * 3
    unsafe bytes.withUnsafeBufferPointer { source in
      unsafe result.bytes.withUnsafeMutableBufferPointer { target in
        for y in 0..<newHeight {
          let row = rows[y]
          guard row.isInside else { continue }
          let upper = row.low * stride, lower = row.high * stride
          var out = y * newWidth * 3
          for column in columns {
            defer { out += 3 }
            guard column.isInside else { continue }
            let left = column.low * 3, right = column.high * 3
            for channel in 0..<3 {
              let p00 = unsafe Int32(source[upper + left + channel]),
                p01 = unsafe Int32(source[upper + right + channel])
              let p10 = unsafe Int32(source[lower + left + channel]),
                p11 = unsafe Int32(source[lower + right + channel])
              let above = p00 &* 256 &+ (p01 &- p00) &* column.share, below = p10 &* 256 &+ (p11 &- p10) &* column.share
              let value = above &* 256 &+ (below &- above) &* row.share &+ 32768
              unsafe target[out &+ channel] = UInt8(truncatingIfNeeded: value >> 16)
            }
          }
        }
      }
    }
    return result
  }

  /// The two source pixels along one axis that a new pixel lies between, and its distance from the first in 1/256 pixels.
  private struct Sample {
    var low: Int
    var high: Int
    var share: Int32
    var isInside: Bool
  }

  private static func samples(_ count: Int, of length: Int, scale: Float, shift: Float, clamps: Bool) -> [Sample] {
    (0..<count).map { index in
      let position = scale * (Float(index) + 0.5) + shift - 0.5
      // Half a pixel beyond the edge still shows the edge.
      let isInside = clamps || (position > -0.5 && position < Float(length) - 0.5)
      let kept = min(max(position, 0), Float(length - 1))
      let low = min(Int(kept), length - 1)
      return Sample(
        low: low, high: min(low + 1, length - 1), share: Int32((kept - Float(low)) * 256), isInside: isInside)
    }
  }

  /// The image mirrored left to right.
  func mirrored() -> RGBImage {
    var copy = self
    let width = width, height = height
    unsafe copy.bytes.withUnsafeMutableBufferPointer { pixels in
      for y in 0..<height {
        for x in 0..<width / 2 {
          let a = (y * width + x) * 3, b = (y * width + width - 1 - x) * 3
          for channel in 0..<3 { unsafe pixels.swapAt(a + channel, b + channel) }
        }
      }
    }
    return copy
  }
}

/// A scaling and a shift: `u = scaleX · x + shiftX`, `v = scaleY · y + shiftY`, in continuous pixel coordinates.
struct AffineMap {
  var scaleX: Float
  var scaleY: Float
  var shiftX: Float = 0
  var shiftY: Float = 0
}
