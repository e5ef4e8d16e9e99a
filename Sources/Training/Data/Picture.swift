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

  /// For each pixel of a new picture the bilinear value at `map` of its centre here; outside is border, or with
  /// `clampsToEdge` the nearest pixel.
  func warped(width newWidth: Int, height newHeight: Int, map: AffineMap, clampsToEdge: Bool = false) -> Picture {
    let columns = Self.samples(newWidth, of: width, scale: map.scaleX, shift: map.shiftX, clamps: clampsToEdge)
    let rows = Self.samples(newHeight, of: height, scale: map.scaleY, shift: map.shiftY, clamps: clampsToEdge)
    var result = [UInt8](repeating: Self.border, count: newWidth * newHeight * 3)
    let stride = width * 3
    unsafe pixels.withUnsafeBufferPointer { source in
      unsafe result.withUnsafeMutableBufferPointer { target in
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
    return Picture(width: newWidth, height: newHeight, pixels: result)
  }

  /// Which two pixels along one axis a new pixel lies between, and how far towards the second in 256ths.
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

  /// Mirrored left to right.
  func mirrored() -> Picture {
    var copy = self
    let width = width, height = height
    unsafe copy.pixels.withUnsafeMutableBufferPointer { pixels in
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

/// `u = scaleX · x + shiftX`, `v = scaleY · y + shiftY`, in continuous pixel coordinates.
struct AffineMap {
  var scaleX: Float
  var scaleY: Float
  var shiftX: Float = 0
  var shiftY: Float = 0
}
