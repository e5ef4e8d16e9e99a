import Evaluation
import Testing

@testable import Training

@Suite struct `Data sets to train on` {
  @Test func `have boxes in fractions, no crowds, and only images whose size is known`() throws {
    let text = """
      {"images": [{"id": 8, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg", "width": 100, "height": 50}],
       "categories": [{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}],
       "annotations": [
        {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20], "segmentation": [[10, 10, 30, 10, 10, 30]]},
        {"image_id": 7, "category_id": 3, "bbox": [90, 40, 50, 50]},
        {"image_id": 7, "category_id": 3, "bbox": [0, 0, 50, 50], "iscrowd": 1},
        {"image_id": 7, "category_id": 3, "bbox": [5, 5, 10, 0]},
        {"image_id": 7, "category_id": 3, "bbox": [90, 40, 50, 50]},
        {"image_id": 8, "category_id": 3, "bbox": [0, 0, 5, 5]}]}
      """
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "/data/train.json")
    let data = Dataset(truth) { _ in .whole(nil) }
    #expect(data.classNames == ["cat", "dog"])
    #expect(data.samples.map(\.path) == ["/data/b.jpg"])
    #expect(
      data.samples[0].objects == [
        .init(classID: 1, box: [0.1, 0.2, 0.3, 0.6], outline: [[SIMD2(0.1, 0.2), SIMD2(0.3, 0.2), SIMD2(0.1, 0.6)]]),
        .init(classID: 0, box: [0.9, 0.8, 1, 1]),
      ])
    #expect(data.problems.map(\.kind) == [.boxOutside, .repeatedRow, .unreadableImage])
    #expect(data.problems.map(\.place) == ["train.json: annotations[3]", "b.jpg", "a.jpg"])
  }

  @Test(
    arguments: [
      // Declared size, size of the file, box as fractions of the upright file.
      ((200, 100), (200, 100), [0.25, 0.5, 0.5, 1], nil),
      ((400, 200), (200, 100), [0.125, 0.25, 0.25, 0.5], .resizedImage),
      ((100, 200), (200, 100), [0.25, 0.5, 0.5, 1], .wrongSize),
      ((640, 640), (200, 100), [0.25, 0.5, 0.5, 1], .wrongSize),
      ((0, 0), (200, 100), [0.25, 0.5, 0.5, 1], nil),
    ] as [((Int, Int), (Int, Int), [Float], GroundTruth.Problem.Kind?)])
  func `take boxes as pixels of the file, unless it was resized after labelling`(
    declared: (Int, Int), actual: (Int, Int), box: [Float], kind: GroundTruth.Problem.Kind?
  ) throws {
    let text = """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": \(declared.0), "height": \(declared.1)}],
       "categories": [{"id": 1, "name": "x"}],
       "annotations": [{"image_id": 1, "category_id": 1, "bbox": [50, 50, 50, 50]}]}
      """
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "/data/train.json")
    let data = Dataset(truth) { _ in .whole(GroundTruth.Size(width: actual.0, height: actual.1)) }
    #expect(data.samples.map { $0.objects.map { (0..<4).map($0.box.item) } } == [[box]])
    #expect(data.problems.map(\.kind) == (kind.map { [$0] } ?? []))
  }

  @Test func `leave out images that are tiny, and are refused without labels`() throws {
    let text =
      #"{"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 1, "name": "x"}], "annotations": []}"#
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "/data/train.json")
    let data = Dataset(truth) { _ in ImageCheck(width: 9, height: 40) }
    #expect(data.samples.isEmpty && data.problems.map(\.kind) == [.tinyImage])
    let error = #expect(throws: TrainingError.self) { try data.expectLabels(in: "train.json") }
    #expect(error?.code == .unusableData && error?.description.contains("no labels found in train.json") == true)
  }
}

extension SIMD4<Float> {
  fileprivate func item(_ index: Int) -> Float { self[index] }
}
