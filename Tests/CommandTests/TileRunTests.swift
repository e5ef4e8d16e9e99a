import Foundation
import TestSupport
import Testing

@Suite struct TileRunTests {
  /// Sixteen photographs of a street in one image: the people in them are small.
  @Test func `tiles find what is too small in the whole frame, and the cost is named first`() throws {
    let program = try Program()
    let photograph = TestClip.photograph.path
    try FFmpegTool.run([
      "-loop", "1", "-i", photograph, "-vf", "tile=4x4", "-frames:v", "1", program.path("mosaic.png"),
    ])
    func boxes(_ arguments: [String]) throws -> Int {
      let outcome = try program.run(["mosaic.png"] + arguments, hasModel: false)
      #expect(outcome.status == 0, "\(outcome.error)")
      let isNamed = outcome.error.contains("--tile 4x4:0.2: the network runs 17 times a frame")
      #expect(isNamed == !arguments.isEmpty, "\(outcome.error)")
      return outcome.output.components(separatedBy: "\"class\":\"person\"").count - 1
    }
    let whole = try boxes([]), tiled = try boxes(["--tile", "4x4"])
    #expect(whole > 0 && tiled > 2 * whole && tiled < 8 * 16, "\(whole) \(tiled)")
    #expect(try program.run(["mosaic.png", "--tile", "1x1"], hasModel: false).status == 64)
  }
}
