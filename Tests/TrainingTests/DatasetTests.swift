import Evaluation
import Testing

@testable import Training

@Suite struct `Data sets to train on` {
  @Test func `have boxes in fractions, no crowds, and only pictures whose size is known`() throws {
    let text = """
      {"images": [{"id": 8, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg", "width": 100, "height": 50}],
       "categories": [{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}],
       "annotations": [
        {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20], "segmentation": [[10, 10, 30, 10, 10, 30]]},
        {"image_id": 7, "category_id": 3, "bbox": [90, 40, 50, 50]},
        {"image_id": 7, "category_id": 3, "bbox": [0, 0, 50, 50], "iscrowd": 1},
        {"image_id": 7, "category_id": 3, "bbox": [5, 5, 10, 0]},
        {"image_id": 8, "category_id": 3, "bbox": [0, 0, 5, 5]}]}
      """
    let data = Dataset(try GroundTruth.parse(coco: Array(text.utf8), path: "/data/train.json"))
    #expect(data.classNames == ["cat", "dog"])
    #expect(data.samples.map(\.path) == ["/data/b.jpg"])
    #expect(
      data.samples[0].objects == [
        .init(classID: 1, box: [0.1, 0.2, 0.3, 0.6], outline: [[SIMD2(0.1, 0.2), SIMD2(0.3, 0.2), SIMD2(0.1, 0.6)]]),
        .init(classID: 0, box: [0.9, 0.8, 1, 1]),
      ])
    #expect(data.problems.map(\.kind) == [.boxOutside, .unknownSize])
    #expect(data.problems.map(\.place) == ["train.json: annotations[3]", "/data/a.jpg"])
  }
}
