import Evaluation
import Foundation
import Scene
import Testing

@Suite struct DetectionResultsTests {
  @Test func `what is written reads back as exactly what is scored`() throws {
    let truth = try GroundTruth.parse(
      coco: Array(
        #"{"images":[{"id":7,"file_name":"a \"b\".jpg"}],"annotations":[],"categories":[{"id":90,"name":"x"}]}"#.utf8),
      path: "truth.json")
    let found = (0..<200).map { index -> FoundObject in
      let x = Float(index) * 1.2345678, score = Float(index) * 0.0049871 + 3e-6
      return FoundObject(
        Detection(box: Box(minX: x, minY: x / 3, maxX: x * 1.5 + 0.777, maxY: x * 2.1), score: score, classID: 0))
    }
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "found.json").path
    try DetectionResults.write([found], of: truth, to: path)
    let rows = try ResultRow.read(URL(filePath: path))
    #expect(rows.allSatisfy { $0.imageId == 7 && $0.categoryId == 90 && $0.fileName == "a \"b\".jpg" })
    #expect(rows.map(\.bbox) == found.map { [$0.box.left, $0.box.top, $0.box.width, $0.box.height] })
    #expect(rows.map(\.score) == found.map(\.score))
    #expect(found.allSatisfy { abs($0.score * 1e5 - ($0.score * 1e5).rounded()) < 1e-6 })
    #expect(found.allSatisfy { abs($0.box.width * 1e3 - ($0.box.width * 1e3).rounded()) < 1e-6 })
  }

  @Test func `a file that cannot be written is an error that names it`() throws {
    let truth = try GroundTruth.parse(
      coco: Array(
        #"{"images":[{"id":7,"file_name":"a.jpg"}],"annotations":[],"categories":[{"id":9,"name":"x"}]}"#.utf8),
      path: "truth.json")
    let error = try #require(throws: EvaluationError.self) {
      try DetectionResults.write([], of: truth, to: "/nowhere/found.json")
    }
    #expect(error.code == .unwritable)
    #expect(error.file == "/nowhere/found.json")
    #expect(throws: EvaluationError.self) { try DetectionResults.expectWritable("/nowhere/found.json") }
    let folder = try TemporaryFolder()
    try DetectionResults.expectWritable(folder.url.appending(path: "found.json").path)
  }
}
