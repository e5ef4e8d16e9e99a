import Foundation
import Imaging
import Testing

@testable import Capture

/// Still images of 24x16 pixels in every format, with an orientation written into them.
@Suite struct StillHeaderTests {
  private static let jpeg =
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAQABgDASIAAhEBAxEB/8QAGAAAAwEBAAAAAAAAAAAAAAAAAAQFAgP/xAAWAQEBAQAAAAAAAAAAAAAAAAAFAQP/2gAMAwEAAhADEAAAAZu2u8yRKoWt/8QAFhAAAwAAAAAAAAAAAAAAAAAAAAED/9oACAEBAAEFAlMcxTFMUxTP/8QAGBEAAgMAAAAAAAAAAAAAAAAAAAMCBCH/2gAIAQMBAT8BQ4hYw//EABsRAAIBBQAAAAAAAAAAAAAAAAABAgMEBRET/9oACAECAQE/AbjJ9IOOh1j/xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAY/Al//xAAYEAEBAAMAAAAAAAAAAAAAAAAAYRAhMf/aAAgBAQABPyGTlrFJJJ//2gAMAwEAAgADAAAAEJjP/8QAFxEAAwEAAAAAAAAAAAAAAAAAAAERUf/aAAgBAwEBPxCTTpoP/8QAGREAAgMBAAAAAAAAAAAAAAAAABEhMWFR/9oACAECAQE/EKJvdfCWz//EABcQAQADAAAAAAAAAAAAAAAAAAAgYaH/2gAIAQEAAT8QDSUQAH//2Q=="
  private static let baseline =
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDnIdP/ANmpZtP+58vrWpDp/wDs1fh0/wD2aWYcTfWaMqXJa/n537HLgMZZp3MKHT/aiurh0/8A2aK+Wljddz6yjmHu7n//2Q=="
  private static let webp = "UklGRjoAAABXRUJQVlA4TC0AAAAvF8ADAM1lRP9jETHg/Y8EQgLCA/8Pi/IoEGTbbP60u8BjAnBSKalqk5a62gQA"
  private static let png =
    "iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAIAAACDRijCAAAAKklEQVR4nGNkYPjPxcBACDESVMPCwM9AFTBq0BA1iJFaBlHFnFGDhqRBABluAwY7590TAAAAAElFTkSuQmCC"

  private static func bytes(_ text: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: text))) }

  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  /// EXIF metadata with nothing but tag 274.
  private static func exif(_ value: Int, isBigEndian: Bool = true) -> [UInt8] {
    let fields = [(42, 2), (8, 4), (1, 2), (274, 2), (3, 2), (1, 4)]
    let order = Array((isBigEndian ? "MM" : "II").utf8)
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      isBigEndian ? big(value, count) : Array(big(value, count).reversed())
    }
    return order + fields.flatMap { number($0.0, $0.1) } + number(value, 2) + [0, 0] + number(0, 4)
  }

  /// A file of `format` whose orientation is `value`; without, as it was made.
  private static func file(_ format: String, _ value: Int?) throws -> [UInt8] {
    switch format {
    case "jpeg", "progressive":
      let image = try bytes(format == "jpeg" ? baseline : jpeg)
      guard let value else { return image }
      let body = Array("Exif\0\0".utf8) + exif(value, isBigEndian: false)
      return Array(image.prefix(2)) + [0xFF, 0xE1] + big(body.count + 2, 2) + body + image.dropFirst(2)
    case "png":
      let image = try bytes(png)
      guard let value else { return image }
      let chunk = Array("eXIf".utf8) + exif(value)
      let header = Array(image.prefix(33))
      return header + big(chunk.count - 4, 4) + chunk + big(checksum(chunk), 4) + image.dropFirst(33)
    case "webp":
      let image = try bytes(webp)
      guard let value else { return image }
      let block = exif(value)
      func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }
      let extended = Array("VP8X".utf8) + little(10, 4) + little(8, 4) + little(23, 3) + little(15, 3)
      let chunks = extended + Array(image.dropFirst(12)) + Array("EXIF".utf8) + little(block.count, 4) + block
      return Array("RIFF".utf8) + little(chunks.count + 4, 4) + Array("WEBP".utf8) + chunks
    default:
      // Uncompressed grey in one strip behind the directory.
      let pixels = (0..<24 * 16).map { UInt8(truncatingIfNeeded: $0 * 7) }
      var entries = [
        (256, 3, 24), (257, 3, 16), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 0), (277, 3, 1), (278, 3, 16),
        (279, 4, pixels.count),
      ]
      if let value { entries.append((274, 3, value)) }
      entries.sort { $0.0 < $1.0 }
      let start = 8 + 2 + entries.count * 12 + 4
      let directory = entries.flatMap { tag, type, value in
        let number = tag == 273 ? start : value
        return big(tag, 2) + big(type, 2) + big(1, 4) + (type == 3 ? big(number, 2) + [0, 0] : big(number, 4))
      }
      return Array("MM".utf8) + big(42, 2) + big(8, 4) + big(entries.count, 2) + directory + big(0, 4) + pixels
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> Int {
    var value: UInt32 = .max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return Int(~value)
  }

  private static func read(_ bytes: [UInt8]) throws -> RGBImage {
    let path = FileManager.default.temporaryDirectory.appending(path: "still-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(filePath: path))
    return RGBImage(try ImageFile(path: path).read(as: .rgb24))
  }

  private static let formats = ["jpeg", "progressive", "png", "webp", "tiff"]

  /// The pixel that an upright image shows at a place, as the EXIF standard words it: which row and column of the stored
  /// image come first.
  private static func stored(_ orientation: Int, _ x: Int, _ y: Int) -> (x: Int, y: Int) {
    switch orientation {
    case 2: (23 - x, y)
    case 3: (23 - x, 15 - y)
    case 4: (x, 15 - y)
    case 5: (y, x)
    case 6: (y, 15 - x)
    case 7: (23 - y, 15 - x)
    case 8: (23 - y, x)
    default: (x, y)
    }
  }

  @Test(arguments: formats, 0...9)
  func `all orientations are shown upright`(format: String, orientation: Int) throws {
    let plain = try Self.read(Self.file(format, nil))
    let file = try Self.file(format, orientation)
    let upright = try Self.read(file)
    let isOnItsSide = (5...8).contains(orientation)
    #expect(upright.width == (isOnItsSide ? 16 : 24) && upright.height == (isOnItsSide ? 24 : 16))
    let size = try #require(StillHeader(file)?.size)
    #expect(size.width == upright.width && size.height == upright.height)
    for y in 0..<upright.height {
      for x in 0..<upright.width {
        let from = Self.stored(orientation, x, y)
        let a = (y * upright.width + x) * 3, b = (from.y * plain.width + from.x) * 3
        guard upright.bytes[a..<a + 3].elementsEqual(plain.bytes[b..<b + 3]) else {
          Issue.record("\(format) \(orientation): another pixel at \(x), \(y)")
          return
        }
      }
    }
  }

  @Test(arguments: formats)
  func `files that end early are not taken for whole ones`(format: String) throws {
    let file = try Self.file(format, nil)
    _ = try Self.read(file)
    for part in [2, 3, 4] {
      #expect(throws: CaptureError.self) { try Self.read(Array(file.prefix(file.count * (part - 1) / part))) }
    }
    #expect(StillHeader(Array(file.prefix(file.count / 2)))?.isTruncated != false)
  }

  @Test func `a JPEG that lacks only its end marker, or has more behind it, is whole, as for Pillow`() throws {
    let file = try Self.bytes(Self.baseline)
    let whole = try Self.read(file)
    #expect(try Self.read(Array(file.dropLast(2))) == whole)
    #expect(try Self.read(file + [0, 0, 0]) == whole)
    #expect(throws: CaptureError.self) { try Self.read(Array(Self.bytes(Self.jpeg).dropLast(2))) }
  }

  @Test func `a PNG whose checksum is wrong is damaged`() throws {
    var file = try Self.bytes(Self.png)
    file[60] ^= 1
    #expect(throws: CaptureError.self) { try Self.read(file) }
  }

  @Test(arguments: [6, 7, 34712, 50000, 99])
  func `a TIFF whose compression is not decoded is refused rather than shown black`(way: Int) throws {
    var file = try Self.file("tiff", nil)
    // Tag 259, a short with the value 1, in big-endian order.
    let entry: [UInt8] = [1, 3, 0, 3, 0, 0, 0, 1, 0, 1]
    let place = try #require(file.indices.first { file[$0...].starts(with: entry) })
    (file[place + 8], file[place + 9]) = (UInt8(way >> 8), UInt8(way & 255))
    let error = #expect(throws: CaptureError.self) { try Self.read(file) }
    #expect(error?.code == .unsupported, "\(error as Any)")
  }

  @Test func `a JPEG 2000 image states its size, as a file and as a bare codestream`() throws {
    let file = try Self.bytes(
      "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAEAAAABgAAwcHAAAAAAAPY29scgEAAAAAABAAAACvanAyY/9P/1EALwAAAAAAGAAAABAAAAAAAAAAAAAAABgAAAAQAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAQEBAAB/1wAEEBASEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS40/5AACgAAAAAAKwAB/5PPtAwIc4/B8gIJP8+0DAGlP4CAgICAgICAgICAgP/Z"
    )
    for bytes in [file, Array(file.dropFirst(85))] {
      let size = try #require(StillHeader(bytes)?.size)
      #expect(size.width == 24 && size.height == 16)
      #expect(Array(try Self.read(bytes).bytes.prefix(3)) == [20, 120, 252])
    }
    for count in 12...file.count { _ = StillHeader(Array(file.prefix(count)))?.size }
  }

  @Test func `bitmaps of OS/2 have a header of their own`() throws {
    var file = Array("BM".utf8)
    // Size, reserved, place of the rows, size of the header, width, height, planes, bits: 11 by 10 pixels.
    file += [0, 0, 0, 0, 0, 0, 0, 0, 26, 0, 0, 0, 12, 0, 0, 0, 11, 0, 10, 0, 1, 0, 24, 0]
    // Rows are padded to four bytes: 33 and 3.
    let colour: [UInt8] = [252, 120, 20]
    for _ in 0..<10 { file += (0..<33).map { colour[$0 % 3] } + [0, 0, 0] }
    file[2] = UInt8(file.count & 255)
    file[3] = UInt8(file.count >> 8)
    let size = try #require(StillHeader(file)?.size)
    #expect(size.width == 11 && size.height == 10)
    #expect(Array(try Self.read(file).bytes.prefix(3)) == [20, 120, 252])
  }

  @Test func `an animated WebP is called by its name`() throws {
    var chunks = Array("WEBPVP8X".utf8)
    chunks += [10, 0, 0, 0, 2, 0, 0, 0, 23, 0, 0, 15, 0, 0]
    chunks += Array("ANIM".utf8) + [6, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    let file = Array("RIFF".utf8) + [UInt8(chunks.count), 0, 0, 0] + chunks
    #expect(StillHeader(file)?.obstacle == "an animated WebP")
    let error = #expect(throws: CaptureError.self) { try Self.read(file) }
    #expect(error?.code == .unsupported)
  }

  @Test func `headers that lie do not trap`() throws {
    for format in Self.formats {
      let file = try Self.file(format, 6)
      for index in file.indices.prefix(120) {
        for value in [0, 0x7F, 0xFF] as [UInt8] {
          var bent = file
          bent[index] = value
          _ = StillHeader(bent)?.size
        }
        _ = StillHeader(Array(file.prefix(index)))
      }
    }
  }
}
