import Foundation
import Imaging
import Testing

@testable import Capture

/// Images whose decoders state no range: three columns of 8 pixels, of brightness 20, 120 and 252.
@Suite struct GreyImageTests {
  /// By Pillow: `L` as JPEG of quality 100.
  private static let jpeg =
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAQABgBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACgv/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/ABPmQKECF+ZAoQP/2Q=="
  /// By Pillow: `YCbCr` as TIFF, 24x4 pixels.
  private static let tiff =
    "SUkqAAgAAAAMAAABBAABAAAAGAAAAAEBBAABAAAABAAAAAIBAwADAAAAngAAAAMBAwABAAAAAQAAAAYBAwABAAAABgAAABEBBAABAAAA1AAAABUBAwABAAAAAwAAABYBBAABAAAABAAAABcBBAABAAAAIAEAABwBAwABAAAAAQAAABICAwACAAAAAQABABQCBQAGAAAApAAAAAAAAAAIAAgACAAAAAAAAQAAAP8AAAABAAAAgAAAAAEAAAD/AAAAAQAAAIAAAAABAAAA/wAAAAEAAAAUgIAUgIAUgIAUgIAUgIAUgIAUgIAUgIB4gIB4gIB4gIB4gIB4gIB4gIB4gIB4gID8gID8gID8gID8gID8gID8gID8gID8gIAUgIAUgIAUgIAUgIAUgIAUgIAUgIAUgIB4gIB4gIB4gIB4gIB4gIB4gIB4gIB4gID8gID8gID8gID8gID8gID8gID8gID8gIAUgIAUgIAUgIAUgIAUgIAUgIAUgIAUgIB4gIB4gIB4gIB4gIB4gIB4gIB4gIB4gID8gID8gID8gID8gID8gID8gID8gID8gIAUgIAUgIAUgIAUgIAUgIAUgIAUgIAUgIB4gIB4gIB4gIB4gIB4gIB4gIB4gIB4gID8gID8gID8gID8gID8gID8gID8gID8gIA="

  private static let values: [UInt8] = [20, 120, 252]

  private static func file(_ format: String) throws -> [UInt8] {
    let row = values.flatMap { [UInt8](repeating: $0, count: 8) }
    switch format {
    case "jpeg": return [UInt8](try #require(Data(base64Encoded: jpeg)))
    case "tiff": return [UInt8](try #require(Data(base64Encoded: tiff)))
    case "pgm": return Array("P5\n24 16\n255\n".utf8) + (0..<16).flatMap { _ in row }
    default: return Array("P5\n24 16\n65535\n".utf8) + (0..<16).flatMap { _ in row.flatMap { [$0, $0] } }
    }
  }

  @Test(arguments: ["jpeg", "tiff", "pgm", "pgm of 16 bits"])
  func `keep their brightness, as in OpenCV and Pillow`(format: String) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "grey-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(Self.file(format)).write(to: URL(filePath: path))
    let image = RGBImage(try ImageFile(path: path).read(as: .rgb24))
    for (index, value) in Self.values.enumerated() {
      let pixel = (index * 8 + 4 + 2 * image.width) * 3
      for channel in 0..<3 {
        #expect(abs(Int(image.bytes[pixel + channel]) - Int(value)) <= 1, "\(format) \(value)")
      }
    }
    #expect(try ImageFile(path: path).read().layout.colour.isFullRange)
  }
}
