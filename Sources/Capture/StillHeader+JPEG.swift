import FFmpeg

extension StillHeader {
  /// Parses the segments of a JPEG to its end marker.
  static func jpeg(_ reader: ByteOrderReader) -> StillHeader {
    var header = StillHeader(.jpeg, codec: "mjpeg")
    header.isTruncated = true
    var position = 2
    var isProgressive = false, isMeantByNames = true, hasAdobeMarker = false
    while let marker = nextMarker(reader, &position) {
      switch marker {
      case 0xD9:
        header.isTruncated = false
        return header
      case 0xD0...0xD7, 0x01: continue
      default: break
      }
      guard let length = reader.int16(position), length >= 2 else { break }
      let body = position + 2..<position + length
      switch marker {
      case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker):
        isProgressive = marker == 0xC2
        if let height = reader.int16(body.lowerBound + 1), let width = reader.int16(body.lowerBound + 3) {
          header.storedSize = (width, height)
        }
        isMeantByNames = reader.int8(body.lowerBound + 5) != 4 || hasColourNames(reader, body)
      case 0xEE: if reader.text(body.lowerBound, 5) == "Adobe" { hasAdobeMarker = true }
      case 0xE1:
        if let value = EXIFBlock(reader.bytes, body)?.orientation { header.orientation = FrameOrientation(exif: value) }
      case 0xDA:
        header.mayBeWhole = !isProgressive
        // libav would take cyan for brightness.
        if !isMeantByNames, !hasAdobeMarker { header.obstacle = "a JPEG of four colours that does not state which" }
      default: break
      }
      position = body.upperBound
    }
    return header
  }

  /// Whether the names of the components in a frame header state four colours: CMYK, or RGB and alpha.
  private static func hasColourNames(_ reader: ByteOrderReader, _ body: Range<Int>) -> Bool {
    let names = (0..<4).compactMap { reader.text(body.lowerBound + 6 + 3 * $0, 1) }.joined()
    return names == "CMYK" || names.hasPrefix("RGB")
  }

  /// The next marker, after fill bytes and the compressed data of a scan; `nil` at the end of the file.
  private static func nextMarker(_ reader: ByteOrderReader, _ position: inout Int) -> Int? {
    let bytes = reader.bytes
    while position + 1 < bytes.count {
      let byte = bytes[position + 1]
      if bytes[position] == 0xFF, byte != 0, byte != 0xFF {
        position += 2
        return Int(byte)
      }
      position += 1
    }
    return nil
  }
}

/// The orientation in a block of EXIF metadata: a TIFF header with a directory.
struct EXIFBlock {
  /// Value of tag 274, if present.
  let orientation: Int?

  /// Parses the bytes at `range`, which may start with `Exif\0\0`; `nil` if they are not EXIF.
  init?(_ bytes: [UInt8], _ range: Range<Int>) {
    guard range.lowerBound <= range.upperBound, range.upperBound <= bytes.count else { return nil }
    var block = Array(bytes[range])
    if block.starts(with: Array("Exif\0\0".utf8)) { block.removeFirst(6) }
    guard let directory = TIFFDirectory(block) else { return nil }
    orientation = directory.values(274).first
  }
}
