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

  @Test func `a PNG that is stored in passes has no fields`() throws {
    // Every row differs from its neighbours.
    let plain = folder.path + "/plain.ppm", passes = folder.path + "/passes.png", piped = folder.path + "/piped"
    try Data(Array("P6\n4 8\n255\n".utf8) + (0..<8).flatMap { [UInt8](repeating: $0 % 2 * 200, count: 12) })
      .write(to: URL(filePath: plain))
    // Four pixels across and eight down have six of the seven passes of Adam7.
    try Data(Self.passes).write(to: URL(filePath: passes))
    // A name without an ending: it is read as a stream.
    try FileManager.default.copyItem(atPath: passes, toPath: piped)
    let expected = RGBImage(try ImageFile(path: plain).read(as: .rgb24))
    #expect(RGBImage(try ImageFile(path: passes).read(as: .rgb24)) == expected)
    guard case .frame(let frame) = try StreamSource(file: piped).next() else {
      Issue.record("no frame")
      return
    }
    #expect(RGBImage(frame.pixels) == expected)
  }

  /// 4x8 pixels in rows of black and light grey, stored in the passes of Adam7.
  private static let passes = [UInt8](
    Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAICAIAAAEmVvnEAAAAEElEQVR42mNgIBucQAJEcgDPmyWBdlbc3QAAAABJRU5ErkJggg==")
      ?? Data())

  @Test func `luma and chroma of a TIFF have the full range`() throws {
    let samples: [UInt8] = [8, 128, 128, 40, 128, 128, 128, 128, 128, 240, 128, 128]
    let pixels = try read(write(tiff(samples, pages: 1, kind: 6), "a.tif")).pixels
    let expected: [UInt8] = [8, 8, 8, 40, 40, 40, 128, 128, 128, 240, 240, 240]
    #expect(zip(pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(pixels)")
  }

  @Test func `tiles of a TIFF are refused rather than shown in the wrong places`() throws {
    var file = tiff([8, 40, 128, 240], pages: 1)
    // Offsets and lengths of strips become those of tiles; their order stays.
    for (tag, other) in [(273, 324), (279, 325)] {
      let entry: [UInt8] = [UInt8(tag >> 8), UInt8(tag & 255), 0, 4, 0, 0, 0, 1]
      let place = try #require(file.indices.first { file[$0...].starts(with: entry) })
      (file[place], file[place + 1]) = (UInt8(other >> 8), UInt8(other & 255))
    }
    let path = try write(file, "tiles.tif")
    let error = #expect(throws: CaptureError.self) { _ = try read(path) }
    #expect(error?.code == .unsupported && error?.message.contains("tiles") == true, "\(error as Any)")
  }

  /// A TIFF of one row of grey pixels on each of `pages`; `kind` 6 has luma and chroma instead.
  private func tiff(_ levels: [UInt8], pages: Int, kind: Int = 1) -> [UInt8] {
    func big(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
    let samples = kind == 6 ? 3 : 1, length = 2 + (kind == 6 ? 10 : 9) * 12 + 4
    var file = Array("MM".utf8) + big(42, 2) + big(8, 4)
    for page in 0..<pages {
      let start = file.count
      var entries = [
        (256, 3, levels.count / samples), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, kind),
        (273, 4, start + length), (277, 3, samples), (278, 3, 1), (279, 4, levels.count),
      ]
      // Chroma is not subsampled: two numbers in one.
      if kind == 6 { entries.append((530, 3, 1)) }
      file += big(entries.count, 2)
      for (tag, type, value) in entries {
        file += big(tag, 2) + big(type, 2) + big(tag == 530 ? 2 : 1, 4)
        file += type == 3 ? big(value, 2) + big(tag == 530 ? value : 0, 2) : big(value, 4)
      }
      file += big(page == pages - 1 ? 0 : start + length + levels.count, 4) + levels
    }
    return file
  }

  @Test func `of a file with several images the first is read, and a message names it`() throws {
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

  /// One block of four colours: C and K are 255, which is no ink, M and Y are 0.
  private func fourColours(_ marker: [UInt8], names: [UInt8]) -> [UInt8] {
    var file: [UInt8] = [0xFF, 0xD8] + marker + [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    file += [0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4] + names.flatMap { [$0, 0x11, 0] }
    // Twelve lengths of differences in four bits each, and an end of a block in two.
    file += [0xFF, 0xC4, 0, 31, 0, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + [UInt8](0..<12)
    file += [0xFF, 0xC4, 0, 20, 0x10, 0, 1] + [UInt8](repeating: 0, count: 15)
    file += [0xFF, 0xDA, 0, 14, 4] + names.flatMap { [$0, 0] } + [0, 63, 0]
    // 1016, -1024, -1024, 1016.
    file += [0xAF, 0xE0, 0xB7, 0xFE, 0x5B, 0xFF, 0x00, 0x2B, 0xF8, 0x3F]
    return file + [0xFF, 0xD9]
  }

  @Test func `a JPEG of four colours is shown if it states which`() throws {
    let adobe: [UInt8] = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0]
    for file in [fourColours(adobe, names: [1, 2, 3, 4]), fourColours([], names: Array("CMYK".utf8))] {
      let pixels = try read(write(file, "a.jpg")).pixels
      #expect(pixels[0] > 240 && pixels[1] < 16 && pixels[2] < 16, "\(pixels)")
    }
    let path = try write(fourColours([], names: [1, 2, 3, 4]), "a.jpg")
    let error = #expect(throws: CaptureError.self) { _ = try read(path) }
    #expect(error?.message.contains("four colours") == true, "\(error as Any)")
  }

  @Test func `a photograph of another kind beside images is named`() throws {
    for name in ["a.ppm", "IMG_1.HEIC", "note.txt"] { _ = try write(Array("P6 1 1 255 abc".utf8), name) }
    let result = try read(folder.path)
    #expect(result.frames == 1 && result.losses.unreadable.count == 1, "\(result.losses)")
    #expect(result.losses.unreadable.first?.contains("IMG_1.HEIC") == true)
  }

  @Test func `an image larger than all that can be drawn is refused, and others are read`() throws {
    for (name, width) in [("a.pgm", 40_000), ("b.pgm", 4)] {
      _ = try write(Array("P5\n\(width) 1\n255\n".utf8) + [UInt8](repeating: 9, count: width), name)
    }
    let result = try read(folder.path)
    #expect(result.frames == 1 && result.losses.unreadable.first?.contains("40000x1") == true, "\(result.losses)")
  }
}
