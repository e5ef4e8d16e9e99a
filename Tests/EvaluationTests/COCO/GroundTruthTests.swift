import Evaluation
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

  @Test func `a COCO file gives pictures by number, with objects by position of their category`() throws {
    let truth = try read(
      Self.file(
        annotations: """
          {"id":1,"image_id":9,"category_id":1,"bbox":[1,2,10,20.5],"area":99,"iscrowd":1,"segmentation":[[1,2]]},
          {"id":2,"image_id":9,"category_id":3,"bbox":[0,0,4,5],"iscrowd":false}
          """))
    #expect(truth.pictures.map(\.id) == [2, 9])
    #expect(truth.pictures.map(\.fileName) == ["a.jpg", "b.jpg"])
    let objects = try truth.objects(of: truth.pictures[1], size: GroundTruth.Size(width: 64, height: 48))
    #expect(
      objects == [
        TrueObject(box: PreciseBox(left: 1, top: 2, width: 10, height: 20.5), classID: 1, area: 99, isCrowd: true),
        TrueObject(box: PreciseBox(left: 0, top: 0, width: 4, height: 5), classID: 0, area: 20),
      ])
  }

  @Test func `a picture of another size than the file tells is refused`() throws {
    let truth = try read(Self.file(annotations: ""))
    #expect(throws: EvaluationError.self) {
      try truth.objects(of: truth.pictures[1], size: GroundTruth.Size(width: 48, height: 64))
    }
    // The other one's size is not told.
    _ = try truth.objects(of: truth.pictures[0], size: GroundTruth.Size(width: 48, height: 64))
  }

  @Test(
    arguments: [
      ("", "expected JSON"),
      ("{\"images\": [\n{]}", "expected JSON"),
      ("[]", "the whole file: expected an object"),
      ("{}", "expected a field 'images'"),
      (#"{"images":[],"annotations":{},"categories":[]}"#, "annotations: expected a list"),
      (
        file(images: #""images":[{"id":"x","file_name":"a"}]"#, annotations: ""),
        "images[0].id: expected a whole number"
      ),
      (file(images: #""images":[{"id":1}]"#, annotations: ""), "images[0]: expected a field 'file_name'"),
      (
        file(images: #""images":[{"id":1,"file_name":"a"},{"id":1,"file_name":"b"}]"#, annotations: ""),
        "images[1].id: expected each number once"
      ),
      (
        file(annotations: "", categories: #""categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}]"#),
        "categories[1].id: expected each number once"
      ),
      (file(annotations: #"{"image_id":9,"category_id":1}"#), "annotations[0]: expected a field 'bbox'"),
      (
        file(annotations: #"{"image_id":9,"category_id":1,"bbox":[1,2,3]}"#),
        "annotations[0].bbox: expected left, top, width and height"
      ),
      (
        file(annotations: #"{"image_id":9,"category_id":1,"bbox":[1,2,-3,4]}"#),
        "annotations[0].bbox: expected left, top, width and height"
      ),
      (
        file(annotations: #"{"image_id":9,"category_id":1,"bbox":[1,2,1e300,4]}"#),
        "annotations[0].bbox: expected left, top, width and height"
      ),
      (
        file(annotations: #"{"image_id":9,"category_id":1,"bbox":[1,2,"3",4]}"#),
        "annotations[0].bbox[2]: expected a number"
      ),
      (
        file(annotations: #"{"image_id":8,"category_id":1,"bbox":[1,2,3,4]}"#),
        "annotations[0].image_id: expected the number of an image, got 8"
      ),
      (
        file(annotations: #"{"image_id":9,"category_id":2,"bbox":[1,2,3,4]}"#),
        "annotations[0].category_id: expected the number of a category, got 2"
      ),
    ] as [(String, String)])
  func `a broken COCO file is refused with the file, the field and what was expected`(text: String, sentence: String)
    throws
  {
    let error = try #require(throws: EvaluationError.self) { try read(text) }
    #expect(error.code == .malformed)
    #expect(error.description.hasPrefix("truth.json:"))
    #expect(error.description.contains(sentence), "\(error)")
  }

  @Test func `what is no JSON is refused with its line`() throws {
    let error = try #require(throws: EvaluationError.self) { try read("{\"images\": [\n{\"id\": 1,\n]}") }
    #expect(error.line == 3)
  }

  @Test func `a file that nests without end is refused`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: EvaluationError.self) { try read(deep) }
  }

  @Test(arguments: [true, false])
  func `a YOLO folder gives pictures by name, with boxes in their pixels`(hasSplit: Bool) throws {
    let folder = try TemporaryFolder()
    let part = hasSplit ? "/val" : ""
    try folder.write("person\n\n dining table \n", to: "classes.txt")
    for name in ["b.jpg", "a.PNG", "notes.md"] { try folder.write("", to: "images\(part)/\(name)") }
    try folder.write("1 0.5 0.5 0.25 1\r\n\n0 0 0 0.1 0.1", to: "labels\(part)/b.txt")
    let truth = try GroundTruth.read(yoloFolder: folder.path, split: "val")
    #expect(truth.categories.map(\.name) == ["person", "dining table"])
    #expect(truth.pictures.map(\.fileName) == ["a.PNG", "b.jpg"])
    #expect(try truth.pictureFolder(given: nil) == folder.url.appending(path: "images\(part)").path)
    let objects = try truth.objects(of: truth.pictures[1], size: GroundTruth.Size(width: 200, height: 100))
    #expect(objects.map(\.classID) == [1, 0])
    #expect(objects[0].box == PreciseBox(left: 75, top: 0, width: 50, height: 100))
    #expect(try truth.objects(of: truth.pictures[0], size: GroundTruth.Size(width: 9, height: 9)).isEmpty)
  }

  @Test(
    arguments: [
      ("0 0.5 0.5 0.1\n", 1, "expected 5 columns"),
      ("0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.1 0.1", 2, "expected a class from 0 to 1, got '2'"),
      ("x 0.5 0.5 0.1 0.1", 1, "expected a class from 0 to 1, got 'x'"),
      ("0 0.5 nan 0.1 0.1", 1, "expected a fraction of the picture, 0 to 1, as cy, got 'nan'"),
      ("\n0 0.5 0.5 12 0.1", 2, "expected a fraction of the picture, 0 to 1, as width, got '12'"),
    ] as [(String, Int, String)])
  func `a broken label is refused with the file, the line and what was expected`(
    text: String, line: Int, sentence: String
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write("person\ncar\n", to: "classes.txt")
    try folder.write("", to: "images/a.jpg")
    let label = try folder.write(text, to: "labels/a.txt")
    let error = try #require(throws: EvaluationError.self) {
      try GroundTruth.read(yoloFolder: folder.path, split: "val")
    }
    #expect(error.description.hasPrefix("\(label):\(line): "))
    #expect(error.description.contains(sentence), "\(error)")
  }

  @Test func `a YOLO folder without classes, labels or pictures is refused`() throws {
    let folder = try TemporaryFolder()
    func code() -> EvaluationError.Code? {
      do throws(EvaluationError) {
        _ = try GroundTruth.read(yoloFolder: folder.path, split: "val")
        return nil
      } catch { return error.code }
    }
    #expect(code() == .missing)
    try folder.write("\n", to: "classes.txt")
    #expect(code() == .malformed)
    try folder.write("person\n", to: "classes.txt")
    #expect(code() == .missing)
    try folder.write("", to: "images/notes.md")
    try folder.write("", to: "labels/a.txt")
    #expect(code() == .missing)
  }

  @Test func `pictures are looked for beside the annotations`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.file(annotations: ""), to: "small.json")
    let truth = try GroundTruth.read(coco: path)
    #expect(throws: EvaluationError.self) { try truth.pictureFolder(given: nil) }
    try folder.write("", to: "images/small/a.jpg")
    #expect(try truth.pictureFolder(given: nil) == folder.url.appending(path: "images/small").path)
    #expect(try truth.pictureFolder(given: "elsewhere") == "elsewhere")
  }
}
