import Evaluation
import Foundation
import Testing

@Suite struct ResultsFileTests {
  private func truth(id: String = "7") throws -> GroundTruth {
    try GroundTruth.parse(
      coco: Array(
        """
        {"images": [{"id": \(id), "file_name": "a.jpg", "width": 100, "height": 100}],
         "categories": [{"id": 3, "name": "x"}],
         "annotations": [{"image_id": \(id), "category_id": 3, "bbox": [10, 10, 20, 20]},
          {"image_id": \(id), "category_id": 3, "bbox": [50, 50, 20, 20]}]}
        """.utf8), path: "truth.json")
  }

  private func read(_ rows: String, of truth: GroundTruth) throws -> DetectionResults.Found {
    let folder = try TemporaryFolder()
    return try DetectionResults.read(folder.write("[\(rows)]", to: "found.json"), of: truth)
  }

  private func row(_ left: Int, _ score: Double, id: String = "7", category: Int = 3) -> String {
    #"{"image_id": \#(id), "category_id": \#(category), "bbox": [\#(left), \#(left), 20, 20], "score": \#(score)}"#
  }

  @Test func `detections of a file are scored as if a model had made them`() throws {
    let truth = try truth()
    let rows = [row(10, 0.9), row(80, 0.8), row(50, 0.6), row(0, 0.1), row(10, 0.99, category: 4)]
    let found = try read(rows.joined(separator: ","), of: truth)
    #expect(found.objects.map(\.count) == [4] && found.problems.map(\.kind) == [.unknownClass])
    let result = AveragePrecision(truth: truth.images.map(\.objects), found: found.objects, classCount: 1)
    // Right, wrong, right, wrong: precision 1 up to recall 0.5, then 2/3.
    #expect(abs(result.precision(thresholds: 0..<1) - (51 + 50 * 2.0 / 3) / 101) < 1e-9)
    let best = result.operatingPoints[0]
    #expect(abs(best.f1 - 0.8) < 1e-12 && best.confidence == 0.6 && best.recall == 1)
  }

  @Test func `an image that the data set does not have is an error, as in pycocotools`() throws {
    let error = #expect(throws: EvaluationError.self) { try read(row(10, 0.9, id: "8"), of: truth()) }
    #expect(error?.code == .mismatched)
    #expect(try read(row(10, 0.9, id: "\"7\""), of: truth(id: "\"7\"")).objects.map(\.count) == [1])
    #expect(try read("{}", of: truth()).problems.map(\.kind) == [.unusableRow])
  }

  @Test func `detections of one score stand or fall together at the best threshold`() throws {
    let found = try read([row(10, 0.5), row(80, 0.5), row(50, 0.5)].joined(separator: ","), of: truth())
    let result = AveragePrecision(truth: try truth().images.map(\.objects), found: found.objects, classCount: 1)
    #expect(abs(result.operatingPoints[0].precision - 2.0 / 3) < 1e-12)
  }
}
