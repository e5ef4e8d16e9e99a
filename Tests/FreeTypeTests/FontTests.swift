import Foundation
import FreeType
import Testing

@Suite(.enabled(if: FontSearch.find() != nil, "skipped: no font of the usual ones is installed"))
struct FontTests {
  private func font(_ size: Int) throws -> Font { try Font(path: #require(FontSearch.find()), pixelSize: size) }

  @Test(arguments: [9, 13, 40])
  func `a letter has the shape and the size that was asked for`(size: Int) throws {
    let font = try font(size)
    let glyph = try font.glyph(for: "H")
    #expect(glyph.index != 0)
    #expect(glyph.coverage.count == glyph.width * glyph.height)
    #expect(glyph.coverage.contains { $0 > 200 })
    #expect(glyph.top == font.capitalHeight)
    #expect(abs(font.capitalHeight - size * 3 / 4) <= max(1, size / 10))
    #expect(glyph.advance > glyph.width * 48)
    #expect(font.ascent > font.capitalHeight && font.descent > 0)
  }

  @Test func `a space moves the pen and leaves no mark`() throws {
    let font = try font(16)
    let glyph = try font.glyph(for: " ")
    #expect(glyph.coverage.isEmpty && glyph.advance > 0)
  }

  @Test(arguments: ["/nonexistent.ttf", "/etc/passwd", "/"])
  func `a file that is no font is refused with its name`(path: String) {
    let error = #expect(throws: FreeTypeError.self) { _ = try Font(path: path, pixelSize: 12) }
    #expect(error?.description.contains(path) == true)
  }

  @Test(arguments: [0, -3, 100_000])
  func `an impossible size is refused`(size: Int) {
    #expect(throws: FreeTypeError.self) { _ = try font(size) }
  }

  @Test func `a program that brings its font along finds it`() throws {
    let program = try #require(Bundle.main.executableURL).resolvingSymlinksInPath()
    let own = program.deletingLastPathComponent().deletingLastPathComponent().appending(path: "share/fonts").path
    let candidates = FontSearch.candidates
    #expect(candidates.contains("\(own)/DejaVuSansCondensed-Bold.ttf"), "\(candidates)")
    #expect(candidates.first == "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf")
  }
}
