import Foundation
import Testing

@testable import Training

@Suite struct `Copy and paste` {
  /// Grey, with a red triangle of 8 by 8 pixels whose right angle is at (2, 2).
  private static let outline: CopyPaste.Outline = [[SIMD2(2, 2), SIMD2(10, 2), SIMD2(2, 10)]]
  private static var canvas: Picture {
    var canvas = Picture.blank(side: 32)
    for y in 2..<10 { for x in 2..<10 where x + y < 11 { canvas.pixels[(y * 32 + x) * 3] = 250 } }
    return canvas
  }

  private func red(_ picture: Picture, _ x: Int, _ y: Int) -> Bool { picture.pixels[(y * 32 + x) * 3] == 250 }

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

  @Test func `outlines come from COCO polygons and from YOLO labels with more than a box`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.json")
    try """
    {"categories": [{"id": 1, "name": "cat"}], "images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 50}],
     "annotations": [
      {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20], "segmentation": [[10, 10, 30, 10, 10, 30], [1, 2], [-1e38, 0, 1e38, 0, 0, 99]]},
      {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20], "segmentation": {"counts": "abc", "size": [50, 100]}}]}
    """.write(to: file, atomically: true, encoding: .utf8)
    let objects = try Dataset(coco: file, pictures: folder).samples[0].objects
    #expect(objects[0].outline.first == [SIMD2(0.1, 0.2), SIMD2(0.3, 0.2), SIMD2(0.1, 0.6)])
    #expect(objects[0].outline.dropFirst() == [[SIMD2(0, 0), SIMD2(1, 0), SIMD2(0, 1)]] && objects[1].outline.isEmpty)
    var problems: [Dataset.Problem] = []
    let labels = Dataset.objects(
      in: "0 0.5 0.5 0.2 0.2\n0 0.1 0.2 0.3 0.2 0.1 0.6\n0 0.1 x 0.3 0.2 0.1 0.6\n", file: "a.txt", classes: 1,
      problems: &problems)
    #expect(labels.count == 2 && labels[0].outline.isEmpty && problems.count == 1)
    #expect(labels[1].outline == Array(objects[0].outline.prefix(1)) && labels[1].box == SIMD4(0.1, 0.2, 0.3, 0.6))
  }
}
