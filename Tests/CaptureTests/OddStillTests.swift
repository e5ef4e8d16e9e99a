import Foundation
import Imaging
import TestSupport
import Testing

@testable import Capture

/// Images of rare kinds: they are shown as they are, or what is not shown of them is named.
@Suite struct OddStillTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = "\(folder.path)/\(name)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  /// Reads all frames of `path`; the first pixels of the first, and the losses.
  private func read(_ path: String) throws -> (pixels: [UInt8], frames: Int, losses: SourceLosses) {
    let source = try SourceAddress(parsing: path).open()
    var pixels: [UInt8] = [], frames = 0
    while case .frame(let frame) = try source.next() {
      if frames == 0 { pixels = Array(RGBImage(frame.pixels).bytes.prefix(12)) }
      frames += 1
    }
    return (pixels, frames, source.losses)
  }

  @Test func `grey levels of files that state no range are those of the file`() throws {
    let levels: [UInt8] = [8, 40, 128, 240]
    let expected = levels.flatMap { [$0, $0, $0] }
    let header = Array("P5\n4 1\n255\n".utf8)
    #expect(try read(write(header + levels, "a.pgm")).pixels == expected)
    let wide = Array("P5\n4 1\n65535\n".utf8) + levels.flatMap { [$0, $0] }
    let pixels = try read(write(wide, "wide.pgm")).pixels
    #expect(zip(pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(pixels)")
    #expect(try read(write(tiff(levels, pages: 1), "a.tif")).pixels == expected)
  }

  /// A TIFF of four grey pixels on each of `pages`.
  private func tiff(_ levels: [UInt8], pages: Int) -> [UInt8] {
    func big(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
    let length = 2 + 9 * 12 + 4
    var file = Array("MM".utf8) + big(42, 2) + big(8, 4)
    for page in 0..<pages {
      let start = file.count
      let entries = [
        (256, 3, 4), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, start + length), (277, 3, 1),
        (278, 3, 1), (279, 4, 4),
      ]
      file += big(entries.count, 2)
      for (tag, type, value) in entries {
        file += big(tag, 2) + big(type, 2) + big(1, 4) + (type == 3 ? big(value, 2) + [0, 0] : big(value, 4))
      }
      file += big(page == pages - 1 ? 0 : start + length + 4, 4) + levels
    }
    return file
  }

  @Test func `of a file with several images the first is read, and that is told`() throws {
    let path = try write(tiff([8, 40, 128, 240], pages: 3), "pages.tif")
    let result = try read(path)
    #expect(result.frames == 1 && result.losses.unreadable.count == 1)
    #expect(result.losses.unreadable.first?.contains("pages.tif holds 3 images") == true, "\(result.losses)")
    let animated = folder.path + "/moving.png"
    try FFmpegTool.run(["-f", "lavfi", "-i", "testsrc2=s=32x32:r=5:d=1", "-f", "apng", animated])
    #expect(try read(animated).losses.unreadable.first?.contains("holds 5 images") == true)
    #expect(try read(write(tiff([1, 2, 3, 4], pages: 1), "one.tif")).losses == SourceLosses())
  }

  @Test func `a JPEG with damage inside is read as far as it goes, and called damaged`() throws {
    let whole = folder.path + "/whole.jpg"
    try FFmpegTool.run(FFmpegTool.photograph(seconds: 0.1) + ["-frames:v", "1", whole])
    #expect(try read(whole).losses == SourceLosses())
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: whole)))
    // No 0xFF, which would be a marker.
    for index in bytes.count / 2..<bytes.count / 2 + 64 { bytes[index] = 0xFE }
    let result = try read(write(bytes, "bent.jpg"))
    #expect(result.frames == 1 && result.losses.damagedFrames == 1 && result.losses.isDamaged, "\(result.losses)")
    #expect(result.losses.unreadable.first?.contains("bent.jpg is damaged") == true)
  }

  @Test func `an image larger than all that can be drawn is refused, and others are read`() throws {
    for (name, width) in [("a.pgm", 40_000), ("b.pgm", 4)] {
      _ = try write(Array("P5\n\(width) 1\n255\n".utf8) + [UInt8](repeating: 9, count: width), name)
    }
    let result = try read(folder.path)
    #expect(result.frames == 1 && result.losses.unreadable.first?.contains("40000x1") == true, "\(result.losses)")
  }
}
