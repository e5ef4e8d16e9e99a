import Evaluation
import Foundation
import Testing

@Suite struct GroundTruthTests {
  private static let categories = #""categories":[{"id":3,"name":"car"},{"id":1,"name":"person"}]"#
  private static let images =
    #""images":[{"id":9,"file_name":"b.jpg","width":64,"height":48},{"id":2,"file_name":"a.jpg"}]"#

  private static func file(images: String = images, annotations: String, categories: String = categories) -> String {
    "{\(images),\"annotations\":[\(annotations)],\(categories)}"
  }

  private func read(_ text: String) throws -> GroundTruth {
    try GroundTruth.parse(coco: Array(text.utf8), path: "truth.json")
  }

  @Test func `a COCO file gives images by number, with objects by position of their category`() throws {
    let truth = try read(
      Self.file(
        annotations: """
          {"id":1,"image_id":9,"category_id":1,"bbox":[1,2,10,20.5],"area":99,"iscrowd":1,"segmentation":[[1,2]]},
          {"id":2,"image_id":9,"category_id":3,"bbox":[0,0,4,5],"iscrowd":false}
          """))
    #expect(truth.images.map(\.id) == [2, 9])
    #expect(truth.images.map(\.name) == ["a.jpg", "b.jpg"])
    #expect(truth.problems.isEmpty && truth.objectCount == 1)
    let objects = truth.images[1].objects(in: GroundTruth.Size(width: 64, height: 48))
    #expect(
      objects == [
        TrueObject(box: PreciseBox(left: 1, top: 2, width: 10, height: 20.5), classID: 1, area: 99, isCrowd: true),
        TrueObject(box: PreciseBox(left: 0, top: 0, width: 4, height: 5), classID: 0, area: 20),
      ])
  }

  @Test func `an image may be smaller than declared; with another aspect ratio boxes are pixels of the file`() throws {
    let truth = try read(Self.file(annotations: #"{"image_id":9,"category_id":1,"bbox":[2,4,10,20],"area":80}"#))
    let half = truth.images[1].objects(in: GroundTruth.Size(width: 32, height: 24))
    #expect(half == [TrueObject(box: PreciseBox(left: 1, top: 2, width: 5, height: 10), classID: 1, area: 20)])
    // Results files are in the pixels of the data set.
    let found = FoundObject(box: half[0].box, classID: 1, score: 0.5)
    let declared = truth.images[1].declared([found], in: GroundTruth.Size(width: 32, height: 24))
    #expect(declared.map(\.box) == truth.images[1].objects.map(\.box))
    #expect(truth.images[1].declared([found], in: GroundTruth.Size(width: 48, height: 64)) == [found])
    #expect(truth.images[1].agreement(with: GroundTruth.Size(width: 48, height: 64)) == .wrong)
    #expect(truth.images[1].objects(in: GroundTruth.Size(width: 48, height: 64)) == truth.images[1].objects)
  }

  @Test(
    arguments: [
      ("", "expected JSON"),
      ("{\"images\": [\n{]}", "expected JSON"),
      ("[]", "the whole file: expected an object"),
      ("{}", "expected a field 'images'"),
      (#"{"images":[],"annotations":{},"categories":[]}"#, "annotations: expected a list"),
      (file(images: #""images":[{"id":1}]"#, annotations: ""), "names no images or no classes"),
      (file(annotations: "", categories: #""categories":[]"#), "names no images or no classes"),
    ] as [(String, String)])
  func `a broken COCO file is refused with the file, the field and what was expected`(text: String, sentence: String)
    throws
  {
    let error = try #require(throws: EvaluationError.self) { try read(text) }
    #expect(error.code == .malformed)
    #expect(error.description.hasPrefix("truth.json:"))
    #expect(error.description.contains(sentence), "\(error)")
  }

  @Test(
    arguments: [
      (#"{"image_id":9,"category_id":1}"#, .unusableRow), (#"null"#, .unusableRow),
      (#"{"image_id":9,"category_id":1,"bbox":[1,2,3]}"#, .unusableRow),
      (#"{"image_id":9,"category_id":1,"bbox":[1,2,-3,4]}"#, .unusableRow),
      (#"{"image_id":9,"category_id":1,"bbox":[1,2,1e300,4]}"#, .unusableRow),
      (#"{"image_id":9,"category_id":1,"bbox":[1,2,"3",4]}"#, .unusableRow),
      (#"{"image_id":8,"category_id":1,"bbox":[1,2,3,4]}"#, .unknownImage),
      (#"{"image_id":9,"category_id":2,"bbox":[1,2,3,4]}"#, .unknownClass),
      (#"{"image_id":9,"category_id":1,"bbox":[64,2,3,4]}"#, .boxOutside),
      (#"{"image_id":9,"category_id":1,"bbox":[1,2,3,0]}"#, .boxOutside),
    ] as [(String, GroundTruth.Problem.Kind)])
  func `a bad annotation is named and passed over, but for a box that nobody can find`(
    row: String, kind: GroundTruth.Problem.Kind
  ) throws {
    let truth = try read(Self.file(annotations: #"{"image_id":9,"category_id":1,"bbox":[1,2,3,4]},"# + row))
    // The benchmark counts such a box as missed.
    #expect(truth.objectCount == (kind == .boxOutside ? 2 : 1))
    #expect(truth.problems == [GroundTruth.Problem(kind: kind, place: "truth.json: annotations[1]")])
    let report = truth.problems.report
    #expect(report.count == 1 && report[0].hasPrefix("1 ") && report[0].hasSuffix(" (truth.json: annotations[1])"))
  }

  @Test func `a bad image or category is passed over and named`() throws {
    func list(_ rows: String, and more: String) -> String { "\(rows.dropLast()),\(more)]" }
    let images = list(Self.images, and: #"{"id":[],"file_name":"a"},{"id":9,"file_name":"c.jpg"},{"id":4}"#)
    let categories = list(Self.categories, and: #"{"id":3,"name":"cart"}"#)
    let truth = try read(Self.file(images: images, annotations: "", categories: categories))
    #expect(truth.images.count == 2 && truth.classNames == ["car", "person"])
    let rows = ["categories[2]", "images[2]", "images[3]", "images[4]"]
    #expect(truth.problems.map(\.place) == rows.map { "truth.json: \($0)" })
  }

  @Test func `what is no JSON is refused with its line`() throws {
    let error = try #require(throws: EvaluationError.self) { try read("{\"images\": [\n{\"id\": 1,\n]}") }
    #expect(error.line == 3)
  }

  @Test func `a file that nests without end is refused`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: EvaluationError.self) { try read(deep) }
  }

  @Test func `images are looked for beside the annotations`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.file(annotations: ""), to: "small.json")
    func home(_ images: String? = nil) throws -> String {
      let truth = try GroundTruth.open(path, split: "val", images: images)
      // One of the two is there, or more.
      return truth.images.map(\.path).filter { FileManager.default.fileExists(atPath: $0) }.map {
        URL(filePath: $0).deletingLastPathComponent().path
      }.first ?? ""
    }
    let error = #expect(throws: EvaluationError.self) { try home() }
    #expect(error?.code == .missing && error?.message.contains("--images") == true)
    for (name, place) in [("images/val/b.jpg", "/images/val"), ("images/small/b.jpg", "/images/small")] {
      try folder.write("", to: name)
      #expect(try home() == folder.path + place)
    }
    try folder.write("", to: "b.jpg")
    #expect(try home(folder.path) == folder.path)
    #expect(throws: EvaluationError.self) { try home(folder.path + "/elsewhere") }
  }
}
