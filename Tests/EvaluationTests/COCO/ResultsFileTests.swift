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

  /// YOLO data with three images; `names` are their stems.
  private func yolo(_ names: [String], classes: Int, in folder: TemporaryFolder) throws -> GroundTruth {
    try folder.write((0..<classes).map { "c\($0)" }.joined(separator: "\n"), to: "classes.txt")
    for name in names { try folder.write("", to: "images/\(name).jpg") }
    return try GroundTruth.open(folder.path, split: "val")
  }

  /// Image and class of the first detection that is found in each image; -1 for none.
  private func found(_ rows: [(image: String, name: String?, category: Int)], of truth: GroundTruth) throws -> [Int] {
    let text = rows.map { row in
      let name = row.name.map { #", "file_name": "\#($0)""# } ?? ""
      return
        #"{"image_id": \#(row.image)\#(name), "category_id": \#(row.category), "bbox": [0, 0, 9, 9], "score": 0.5}"#
    }
    return try read(text.joined(separator: ","), of: truth).objects.map { $0.first?.classID ?? -1 }
  }

  @Test func `images of YOLO data are named as the tools name them, classes numbered as they number them`() throws {
    let folder = try TemporaryFolder()
    // In this order, so that 10 is the second image.
    let truth = try yolo(["1", "10", "2"], classes: 3, in: folder)
    // The official code: numbers before the extension, classes from 0.
    #expect(try found([("10", nil, 0), ("2", nil, 1)], of: truth) == [-1, 0, 1])
    // Ultralytics: the name, too, and classes from 1.
    #expect(try found([("10", "10.jpg", 1), ("2", "2.jpg", 3)], of: truth) == [-1, 0, 2])
    #expect(try found([("10", "10.jpg", 1), ("2", "2.jpg", 2)], of: truth) == [-1, 0, 1])
    // This program: positions and classes from 0.
    #expect(try found([("2", "10.jpg", 1), ("3", "2.jpg", 2)], of: truth) == [-1, 1, 2])
    #expect(try found([("1", "1.jpg", 3)], of: truth) == [2, -1, -1])
    #expect(throws: EvaluationError.self) { try found([("7", nil, 0)], of: truth) }
  }

  @Test func `images of YOLO data whose names are no numbers are named by text or position`() throws {
    let folder = try TemporaryFolder()
    let truth = try yolo(["a", "b.c", "007"], classes: 2, in: folder)
    #expect(try found([("\"b.c\"", nil, 1), ("7", nil, 0)], of: truth) == [0, -1, 1])
    #expect(try found([("2", nil, 1), ("3", nil, 0)], of: truth) == [-1, 1, 0])
  }

  @Test func `the numbers that COCO gives its 80 classes are recognised`() throws {
    let folder = try TemporaryFolder()
    let truth = try yolo(["1", "2", "3"], classes: 80, in: folder)
    #expect(try found([("1", nil, 1), ("2", nil, 13), ("3", nil, 90)], of: truth) == [0, 11, 79])
    #expect(try found([("1", nil, 0), ("2", nil, 12), ("3", nil, 79)], of: truth) == [0, 12, 79])
    #expect(try found([("1", nil, 1), ("2", nil, 12), ("3", nil, 80)], of: truth) == [0, 11, 79])
  }

  @Test func `detections of one score stand or fall together at the best threshold`() throws {
    let found = try read([row(10, 0.5), row(80, 0.5), row(50, 0.5)].joined(separator: ","), of: truth())
    let result = AveragePrecision(truth: try truth().images.map(\.objects), found: found.objects, classCount: 1)
    #expect(abs(result.operatingPoints[0].precision - 2.0 / 3) < 1e-12)
  }
}
