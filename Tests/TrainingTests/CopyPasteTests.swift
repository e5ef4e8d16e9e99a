import Imaging
import Testing

@testable import Training

@Suite struct `Copy and paste` {
  /// Grey, with a red triangle of 8 by 8 pixels whose right angle is at (2, 2).
  private static let outline: CopyPaste.Outline = [[SIMD2(2, 2), SIMD2(10, 2), SIMD2(2, 10)]]
  private static var canvas: RGBImage {
    var canvas = RGBImage.blank(side: 32)
    for y in 2..<10 { for x in 2..<10 where x + y < 11 { canvas.bytes[(y * 32 + x) * 3] = 250 } }
    return canvas
  }

  private func red(_ image: RGBImage, _ x: Int, _ y: Int) -> Bool { image.bytes[(y * 32 + x) * 3] == 250 }

  @Test func `an object is pasted along its outline where its mirror image is`() {
    var canvas = Self.canvas
    var objects: [(classID: Int, box: SIMD4<Float>)] = [(3, SIMD4(2, 2, 10, 10))]
    var random = SampleRandom(seed: 1, epoch: 0, index: 0)
    CopyPaste(share: 1).apply(to: &canvas, &objects, outlines: [Self.outline], &random)
    #expect(objects.map(\.classID) == [3, 3] && objects[1].box == SIMD4(22, 2, 30, 10))
    // What was there stays; what comes is the mirror image and nothing around it.
    for y in 0..<32 {
      for x in 0..<32 { #expect(red(canvas, x, y) == (red(Self.canvas, x, y) || red(Self.canvas, 31 - x, y))) }
    }
  }

  @Test(arguments: [(0.2, 2), (0.4, 1)] as [(Float, Int)])
  func `nothing is pasted over more than three tenths of another object`(covered: Float, count: Int) {
    var canvas = Self.canvas
    let left = 30 - 10 * covered
    var objects: [(classID: Int, box: SIMD4<Float>)] = [(0, SIMD4(2, 2, 10, 10)), (1, SIMD4(left, 2, left + 10, 10))]
    var random = SampleRandom(seed: 1, epoch: 0, index: 0)
    CopyPaste(share: 1).apply(to: &canvas, &objects, outlines: [Self.outline, []], &random)
    #expect(objects.count == count + 1)
  }

  @Test func `without outlines no random number is drawn, so that runs are what they were`() {
    var canvas = Self.canvas
    var objects: [(classID: Int, box: SIMD4<Float>)] = [(0, SIMD4(2, 2, 10, 10))]
    var random = SampleRandom(seed: 1, epoch: 0, index: 0), untouched = random
    CopyPaste(share: 1).apply(to: &canvas, &objects, outlines: [[]], &random)
    #expect(objects.count == 1 && random.uniform(0, 1) == untouched.uniform(0, 1))
  }
}
