/// A picture in memory: rows of red, green, blue bytes.
public struct Picture: Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height` × `width` × 3 bytes.
  public var pixels: [UInt8]

  /// A picture of `width` × `height` with these bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "a picture holds three bytes a pixel")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The colour around pictures, as the published pre-processing has it.
  static let border: UInt8 = 114

  /// The picture with its longer side `side` pixels long, by bilinear interpolation.
  func resized(longSide side: Int) -> Picture {
    guard max(width, height) != side else { return self }
    let ratio = Float(side) / Float(max(width, height))
    let newWidth = max(1, Int((Float(width) * ratio).rounded()))
    let newHeight = max(1, Int((Float(height) * ratio).rounded()))
    let map = AffineMap(scaleX: Float(width) / Float(newWidth), scaleY: Float(height) / Float(newHeight))
    return warped(width: newWidth, height: newHeight, map: map, clampsToEdge: true)
  }

  /// For each pixel of a new picture the bilinear value at `map` of its centre here.
  func warped(width newWidth: Int, height newHeight: Int, map: AffineMap, clampsToEdge: Bool = false) -> Picture {
    var result = [UInt8](repeating: Self.border, count: newWidth * newHeight * 3)
    let width = width, height = height
    unsafe pixels.withUnsafeBufferPointer { source in
      unsafe result.withUnsafeMutableBufferPointer { target in
        for y in 0..<newHeight {
          for x in 0..<newWidth {
            var u = map.a * (Float(x) + 0.5) + map.b * (Float(y) + 0.5) + map.c - 0.5
            var v = map.d * (Float(x) + 0.5) + map.e * (Float(y) + 0.5) + map.f - 0.5
            if clampsToEdge {
              u = min(max(u, 0), Float(width - 1))
              v = min(max(v, 0), Float(height - 1))
            }
            guard u > -1, v > -1, u < Float(width), v < Float(height) else { continue }
            let left = Int(u + 1) - 1, top = Int(v + 1) - 1
            let fx = Int32((u - Float(left)) * 256), fy = Int32((v - Float(top)) * 256)
            let inLeft = left >= 0, inRight = left + 1 < width, inTop = top >= 0, inBottom = top + 1 < height
            let base = (top * width + left) * 3
            let out = (y * newWidth + x) * 3
            for channel in 0..<3 {
              let p00 = unsafe inTop && inLeft ? Int32(source[base + channel]) : 114
              let p01 = unsafe inTop && inRight ? Int32(source[base + 3 + channel]) : (clampsToEdge ? p00 : 114)
              let p10 =
                unsafe inBottom && inLeft ? Int32(source[base + width * 3 + channel]) : (clampsToEdge ? p00 : 114)
              let p11 =
                unsafe inBottom && inRight
                ? Int32(source[base + width * 3 + 3 + channel]) : (clampsToEdge ? (inBottom ? p10 : p01) : 114)
              let upper = p00 * (256 - fx) + p01 * fx, lower = p10 * (256 - fx) + p11 * fx
              unsafe target[out + channel] = UInt8((upper * (256 - fy) + lower * fy + 32768) >> 16)
            }
          }
        }
      }
    }
    return Picture(width: newWidth, height: newHeight, pixels: result)
  }

  /// Mirrored left to right.
  func mirrored() -> Picture {
    var copy = self
    for y in 0..<height {
      for x in 0..<width / 2 {
        let a = (y * width + x) * 3, b = (y * width + width - 1 - x) * 3
        for channel in 0..<3 { copy.pixels.swapAt(a + channel, b + channel) }
      }
    }
    return copy
  }
}

/// `u = a·x + b·y + c`, `v = d·x + e·y + f`, in continuous pixel coordinates.
struct AffineMap {
  var a: Float = 1, b: Float = 0, c: Float = 0, d: Float = 0, e: Float = 1, f: Float = 0

  init(scaleX: Float, scaleY: Float) {
    a = scaleX
    e = scaleY
  }
}
