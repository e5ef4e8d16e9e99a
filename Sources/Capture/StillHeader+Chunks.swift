import FFmpeg

extension StillHeader {
  /// Parses the chunks of a PNG to `IEND`.
  static func png(_ reader: ByteOrderReader) -> StillHeader {
    var header = StillHeader(.png, codec: "png")
    header.isTruncated = true
    var position = 8
    while let length = reader.int32(position), length >= 0, let name = reader.text(position + 4, 4) {
      let body = position + 8..<position + 8 + length
      guard body.upperBound + 4 <= reader.bytes.count else { break }
      switch name {
      case "IHDR":
        if let width = reader.int32(body.lowerBound), let height = reader.int32(body.lowerBound + 4) {
          header.storedSize = (width, height)
        }
      case "acTL": header.imageCount = reader.int32(body.lowerBound) ?? 1
      case "eXIf":
        if let value = EXIFBlock(reader.bytes, body)?.orientation { header.orientation = FrameOrientation(exif: value) }
      case "IEND":
        header.isTruncated = false
        return header
      default: break
      }
      position = body.upperBound + 4
    }
    return header
  }

  /// Parses the chunks of a WebP file.
  static func webp(_ bytes: [UInt8]) -> StillHeader {
    let reader = ByteOrderReader(bytes, isBigEndian: false)
    var header = StillHeader(.webp, codec: "webp")
    header.isTruncated = (reader.int32(4) ?? .max) + 8 > bytes.count
    var position = 12
    while let name = reader.text(position, 4), let length = reader.int32(position + 4), length >= 0 {
      let body = position + 8..<position + 8 + length
      switch name {
      case "VP8X":
        if let across = reader.int24(body.lowerBound + 4), let down = reader.int24(body.lowerBound + 7) {
          header.storedSize = (across + 1, down + 1)
        }
      case "VP8 " where header.storedSize == nil:
        if let across = reader.int16(body.lowerBound + 6), let down = reader.int16(body.lowerBound + 8) {
          header.storedSize = (across & 0x3FFF, down & 0x3FFF)
        }
      case "VP8L" where header.storedSize == nil:
        if let bits = reader.int32(body.lowerBound + 1) {
          header.storedSize = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        }
      case "ANIM": header.obstacle = "an animated WebP"
      case "EXIF":
        if let value = EXIFBlock(bytes, body)?.orientation { header.orientation = FrameOrientation(exif: value) }
      default: break
      }
      position = body.upperBound + length % 2
    }
    return header
  }

  /// Finds the size of a JPEG 2000 image: in the image header box of a file, or at the start of a bare codestream.
  static func jpeg2000(_ reader: ByteOrderReader) -> StillHeader {
    var header = StillHeader(.jpeg2000, codec: "jpeg2000")
    let box = (12..<256).first { reader.text($0, 4) == "ihdr" }
    if let box, let height = reader.int32(box + 4), let width = reader.int32(box + 8) {
      header.storedSize = (width, height)
    } else if reader.int8(0) == 0xFF, let right = reader.int32(8), let bottom = reader.int32(12),
      let left = reader.int32(16), let top = reader.int32(20)
    {
      header.storedSize = (right - left, bottom - top)
    }
    return header
  }

  /// Parses the first directory of a TIFF file.
  static func tiff(_ bytes: [UInt8]) -> StillHeader {
    var header = StillHeader(.tiff, codec: "tiff")
    guard let directory = TIFFDirectory(bytes) else {
      header.isTruncated = true
      return header
    }
    if let width = directory.values(256).first, let height = directory.values(257).first {
      header.storedSize = (width, height)
    }
    // None, CCITT, LZW, deflate, PackBits and LZMA.
    if let way = directory.values(259).first, ![1, 2, 3, 4, 5, 8, 32773, 32946, 34925].contains(way) {
      header.obstacle = way == 6 || way == 7 ? "JPEG inside of TIFF" : "TIFF compression \(way)"
    }
    // libav reads tiles as if they were strips.
    if !directory.values(324).isEmpty { header.obstacle = "TIFF in tiles" }
    if let value = directory.values(274).first { header.orientation = FrameOrientation(exif: value) }
    header.imageCount = TIFFDirectory.pageCount(bytes)
    // Offsets and lengths of the strips or tiles.
    for (starts, counts) in [(273, 279), (324, 325)] {
      for (start, count) in zip(directory.values(starts), directory.values(counts))
      where start + count > bytes.count {
        header.isTruncated = true
      }
    }
    return header
  }
}

/// A directory of a TIFF structure; EXIF metadata is one, too.
struct TIFFDirectory {
  private let reader: ByteOrderReader
  private var entries: [Int: (type: Int, count: Int, place: Int)] = [:]

  /// Most values read from one entry.
  private static let limit = 1 << 20

  /// Where it is, and where the next one is; 0 if there is none.
  private let start: Int
  private let next: Int

  /// The directory at `place`, or the first.
  init?(_ bytes: [UInt8], at place: Int? = nil) {
    guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else { return nil }
    reader = ByteOrderReader(bytes, isBigEndian: bytes[0] == 0x4D)
    guard reader.int16(2) == 42, let start = place ?? reader.int32(4), let count = reader.int16(start) else {
      return nil
    }
    self.start = start
    next = reader.int32(start + 2 + count * 12) ?? 0
    for index in 0..<count {
      let place = start + 2 + index * 12
      guard let tag = reader.int16(place), let type = reader.int16(place + 2), let values = reader.int32(place + 4)
      else {
        return nil
      }
      entries[tag] = (type, values, place + 8)
    }
  }

  /// Number of pages: directories that are no smaller copies and no masks of others (tag 254), at least 1.
  static func pageCount(_ bytes: [UInt8]) -> Int {
    var count = 0
    var place = TIFFDirectory(bytes)?.start
    // Directories may refer to each other in a circle.
    var seen: Set<Int> = []
    while let start = place, start > 0, seen.count < 256, seen.insert(start).inserted,
      let directory = TIFFDirectory(bytes, at: start)
    {
      if (directory.values(254).first ?? 0) & 5 == 0 { count += 1 }
      place = directory.next
    }
    return max(1, count)
  }

  /// The integers of entry `tag`; empty if it is missing or of another type.
  func values(_ tag: Int) -> [Int] {
    guard let entry = entries[tag], let width = [1: 1, 3: 2, 4: 4][entry.type], (1...Self.limit).contains(entry.count)
    else { return [] }
    let isInside = width * entry.count <= 4
    guard let start = isInside ? entry.place : reader.int32(entry.place) else { return [] }
    return (0..<entry.count).compactMap { index in
      let place = start + index * width
      return width == 1 ? reader.int8(place) : width == 2 ? reader.int16(place) : reader.int32(place)
    }
  }
}

/// Reads unsigned integers from untrusted bytes; `nil` beyond their end.
struct ByteOrderReader {
  let bytes: [UInt8]
  private let isBigEndian: Bool

  init(_ bytes: [UInt8], isBigEndian: Bool = true) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
  }

  func int8(_ place: Int) -> Int? { number(place, 1) }
  func int16(_ place: Int) -> Int? { number(place, 2) }
  func int24(_ place: Int) -> Int? { number(place, 3) }
  func int32(_ place: Int) -> Int? { number(place, 4) }

  func text(_ place: Int, _ count: Int) -> String? {
    guard place >= 0, place <= bytes.count - count else { return nil }
    return String(decoding: bytes[place..<place + count], as: UTF8.self)
  }

  /// The integer of `width` bytes at `place`; of more than eight bytes the last eight.
  func number(_ place: Int, _ width: Int) -> Int? {
    guard place >= 0, place <= bytes.count - width else { return nil }
    var value = 0
    for index in 0..<width {
      let byte = Int(bytes[place + (isBigEndian ? index : width - 1 - index)])
      value = value << 8 | byte
    }
    return value
  }
}
