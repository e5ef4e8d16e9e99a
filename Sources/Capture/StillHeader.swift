package import FFmpeg

/// The header of an image file: format, size, orientation, and whether the file is complete. Lengths and offsets in
/// the file are not trusted.
package struct StillHeader: Sendable {
  /// File formats, by their first bytes.
  package enum Format: String, Hashable, Sendable {
    /// JPEG, also the first image of an MPO file.
    case jpeg
    /// PNG.
    case png
    /// Windows bitmap.
    case bmp
    /// Netpbm: PBM, PGM or PPM.
    case netpbm
    /// TIFF of either byte order.
    case tiff
    /// WebP.
    case webp
    /// JPEG 2000, as a file or a bare codestream.
    case jpeg2000
    /// AVIF with a single image.
    case avif
  }

  /// The file format.
  package let format: Format
  /// libav's decoder for it.
  let codec: String
  /// Width and height in pixels as stored, before `orientation`; `nil` if the header lacks them.
  package internal(set) var storedSize: (width: Int, height: Int)? {
    get { width > 0 && height > 0 ? (width, height) : nil }
    set { (width, height) = newValue ?? (0, 0) }
  }
  private var width = 0
  private var height = 0
  /// Orientation of the stored rows (EXIF tag 274).
  package internal(set) var orientation = FrameOrientation.upright
  /// Which bytes of the file are the image, in order; empty if all are.
  var pieces: [Range<Int>] = []
  /// Number of images or frames in the file; only the first is decoded.
  package internal(set) var imageCount = 1
  /// Whether the file is truncated.
  package internal(set) var isTruncated = false
  /// A feature that libav would decode to black without an error; `nil` if there is none.
  package internal(set) var obstacle: String?
  /// Whether a truncated file may still have all its pixels: a baseline JPEG without its end marker.
  package internal(set) var mayBeWhole = false

  /// Width and height in pixels after `orientation`; `nil` if the header lacks them.
  package var size: (width: Int, height: Int)? {
    storedSize.map { orientation.isOnItsSide ? ($0.height, $0.width) : $0 }
  }

  init(_ format: Format, codec: String) {
    self.format = format
    self.codec = codec
  }

  /// Parses the header of `bytes`, a whole file; `nil` for an unknown format.
  package init?(_ bytes: [UInt8]) {
    let reader = ByteOrderReader(bytes)
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = Self.jpeg(reader)
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = Self.png(reader)
    } else if bytes.starts(with: Array("BM".utf8)) {
      self.init(.bmp, codec: "bmp")
      let little = ByteOrderReader(bytes, isBigEndian: false)
      if little.int32(14) == 12, let across = little.int16(18), let down = little.int16(20) {
        // The header of OS/2.
        storedSize = (across, down)
      } else if let across = little.int32(18), let down = little.int32(22) {
        // Top-down bitmaps have a negative height.
        storedSize = (across, Int(Int32(truncatingIfNeeded: down).magnitude))
      }
    } else if bytes.count > 2, bytes[0] == UInt8(ascii: "P"), (0x34...0x36).contains(bytes[1]) {
      self.init(.netpbm, codec: ["pbm", "pgm", "ppm"][Int(bytes[1] - 0x34)])
      storedSize = Self.netpbmSize(bytes)
    } else if bytes.starts(with: [0x49, 0x49, 0x2A, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      self = Self.tiff(bytes)
    } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      self = Self.webp(bytes)
    } else if bytes.starts(with: [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20])
      || bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51])
    {
      self = Self.jpeg2000(reader)
    } else if bytes.dropFirst(4).starts(with: Array("ftyp".utf8)), let image = Self.avif(reader) {
      self = image
    } else {
      return nil
    }
  }

  private static func netpbmSize(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    var numbers: [Int] = []
    var index = 2
    while index < min(bytes.count, 4096), numbers.count < 2 {
      switch bytes[index] {
      case UInt8(ascii: "#"): while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      case 0x30...0x39:
        var value = 0
        while index < bytes.count, (0x30...0x39).contains(bytes[index]), value < 1 << 32 {
          value = value * 10 + Int(bytes[index] - 0x30)
          index += 1
        }
        numbers.append(value)
        continue
      default: break
      }
      index += 1
    }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }
}
