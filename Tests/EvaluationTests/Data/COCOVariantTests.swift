import Foundation
import Testing

@testable import Evaluation

/// Annotation files as tools write them. Identifiers, sizes and flags are taken as pycocotools takes them.
@Suite struct COCOVariantTests {
  private static func file(image: String, annotation: String, more: String = "") -> String {
    "{\(more)\"images\": [\(image)], \"categories\": [{\"id\": 1, \"name\": \"x\"}], \"annotations\": [\(annotation)]}"
  }
  private static let image = #"{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}"#
  private static let annotation = #"{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20]}"#

  @Test(
    arguments: [
      file(image: image, annotation: annotation),
      file(
        image: #"{"id": "1", "file_name": "a.jpg"}"#,
        annotation: annotation.replacing("_id\": 1, \"c", with: "_id\": \"1\", \"c")),
      file(image: #"{"id": 1.0, "file_name": "a.jpg", "width": 100.0, "height": "50"}"#, annotation: annotation),
      file(image: #"{"id": 1, "file_name": "a.jpg", "width": 0, "height": 0}"#, annotation: annotation),
      file(image: #"{"id": 1, "coco_url": "http://images/a.jpg"}"#, annotation: annotation),
      file(
        image: image, annotation: #"{"bbox": [1e1, 10.0, 2.0E+1, 20], "image_id": 1, "category_id": 1, "id": null}"#),
      file(
        image: image,
        annotation:
          #"{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": NaN, "segmentation": {"counts": [1, [2]], "size": []}, "iscrowd": false}"#
      ),
      file(image: image, annotation: annotation, more: #""info": {"x": [{}, "\"]}"]}, "licenses": [],"#),
      "\u{FEFF}" + file(image: image, annotation: annotation) + "\r\n\t ",
      file(image: #"{"id": 1, "file_name": "\u0061.jpg"}"#, annotation: annotation),
    ])
  func `are read`(text: String) throws {
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "a.json")
    #expect(truth.problems.isEmpty && truth.images.map(\.name) == ["a.jpg"])
    #expect(truth.images[0].objects.map(\.box) == [PreciseBox(left: 10, top: 10, width: 20, height: 20)])
  }

  @Test(
    arguments: [
      ("1234567890123456789", "1234567890123456790"), ("9007199254740992", "9007199254740993"),
      ("12345678901234567890123", "12345678901234567890124"), ("-3", "3"), ("\"1\"", "1"), ("0", "\"\""),
    ])
  func `have identifiers of any length, which stay apart`(first: String, second: String) throws {
    func row(_ id: String) -> String { Self.annotation.replacing("\"image_id\": 1", with: "\"image_id\": \(id)") }
    let images = [first, second].map { #"{"id": \#($0), "file_name": "a.jpg"}"# }.joined(separator: ",")
    let text = Self.file(image: images, annotation: [row(first), row(second), row(second)].joined(separator: ","))
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "a.json")
    #expect(truth.problems.isEmpty && truth.images.map(\.objects.count).sorted() == [1, 2])
  }

  @Test func `need no names of images where detections are scored`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Self.file(image: #"{"id": 1}"#, annotation: Self.annotation), to: "gt.json")
    #expect(try GroundTruth.open(file, split: "val", needsImages: false).objectCount == 1)
    #expect(throws: EvaluationError.self) { try GroundTruth.open(file, split: "val") }
  }

  @Test func `have categories without a name, which are called by their identifier`() throws {
    let text = Self.file(image: Self.image, annotation: Self.annotation).replacing(", \"name\": \"x\"", with: "")
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "a.json")
    #expect(truth.classNames == ["class 1"] && truth.objectCount == 1)
  }

  @Test(
    arguments: [
      (annotation.replacing("20, 20", with: "20, NaN"), .unusableRow),
      (annotation.replacing("\"image_id\": 1", with: "\"image_id\": \"1\""), .unknownImage),
      (annotation.replacing("\"category_id\": 1", with: "\"category_id\": \"1\""), .unknownClass),
      (annotation.replacing("\"category_id\": 1", with: "\"category_id\": [1]"), .unusableRow),
    ] as [(String, GroundTruth.Problem.Kind)])
  func `have rows that cannot be used, which are counted`(row: String, kind: GroundTruth.Problem.Kind) throws {
    let text = Self.file(image: Self.image, annotation: row)
    #expect(try GroundTruth.parse(coco: Array(text.utf8), path: "a.json").problems.map(\.kind) == [kind])
  }

  @Test(arguments: [
    "", "{", "[", "{\"images\": [", "{\"images\": []} x", "nul", "{\"a\": tru}", "{\"images\" []}", "{\"a\": [1,]}",
  ])
  func `that are cut or bent are refused with a line`(text: String) {
    let error = #expect(throws: EvaluationError.self) { try GroundTruth.parse(coco: Array(text.utf8), path: "a.json") }
    #expect(error?.code == .malformed)
  }

  @Test func `cut anywhere are refused, never read in part`() {
    let text = Array(Self.file(image: Self.image, annotation: Self.annotation).utf8)
    for count in 0..<text.count {
      #expect(throws: EvaluationError.self) { try GroundTruth.parse(coco: Array(text.prefix(count)), path: "a.json") }
    }
  }

  @Test func `of Roboflow begin with a category that only groups the others`() throws {
    let text = """
      {"categories": [{"id": 0, "name": "fruits", "supercategory": "none"},
        {"id": 1, "name": "apple", "supercategory": "fruits"}],
       "images": [\(Self.image)], "annotations": [\(Self.annotation)]}
      """
    let truth = try GroundTruth.parse(coco: Array(text.utf8), path: "a.json")
    #expect(truth.classNames == ["apple"] && truth.problems.map(\.kind) == [.groupClass])
    let used = text.replacing("\"category_id\": 1", with: "\"category_id\": 0")
    #expect(try GroundTruth.parse(coco: Array(used.utf8), path: "a.json").classNames == ["fruits", "apple"])
  }

  @Test(
    arguments: [
      ("annotations/instances_train2017.json", "train2017/a.jpg", "a.jpg"),
      ("annotations/instances_train2017.json", "images/train2017/a.jpg", "a.jpg"),
      ("annotations/instances_default.json", "images/a.jpg", "a.jpg"),
      ("annotations/instances_default.json", "images/default/a.jpg", "default/a.jpg"),
      ("annotations/instances_train.json", "images/train/a.jpg", "a.jpg"),
      ("train/_annotations.coco.json", "train/a.jpg", "a.jpg"), ("train.json", "train/a.jpg", "a.jpg"),
      ("train.json", "images/a.jpg", "a.jpg"), ("result.json", "images/a.jpg", "images\\\\a.jpg"),
      ("annotations/instances_train.json", "train/a.jpg", "/home/me/set/train/a.jpg"),
      ("train.json", "images/train/sub/a.jpg", "sub/a.jpg"),
      ("train.json", "train/a b.jpg", "https://host/x/a%20b.jpg?sig=1#2"),
      ("train.json", "train/a.jpg", "gs://x/y/a.jpg"),
      // Accents composed otherwise in the file than in the name of the image.
      ("train.json", "train/e\u{301}.jpg", "\u{E9}.jpg"), ("train.json", "train/\u{E9}.jpg", "e\u{301}.jpg"),
      ("labels.json", "data/a.jpg", "a.jpg"), ("train/labels.json", "train/data/a.jpg", "a.jpg"),
      ("annotations/train_annotations.json", "train/a.jpg", "a.jpg"),
      ("train/annotations.json", "train/images/a.jpg", "a.jpg"),
      ("annotations/train2017.json", "images/train2017/a.jpg", "a.jpg"), ("train_coco.json", "images/a.jpg", "a.jpg"),
      ("train/annotations/instances_default.json", "train/images/a.jpg", "a.jpg"),
      ("annotations/person_keypoints_train2017.json", "train2017/a.jpg", "a.jpg"),
    ])
  func `find their images where tools unpack them`(file: String, image: String, name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Self.file(image: Self.image.replacing("a.jpg", with: name), annotation: Self.annotation),
      to: file)
    try folder.write("", to: image)
    for place in [folder.path, folder.path + "/" + file] {
      let truth = try GroundTruth.open(place, split: "train")
      #expect(truth.images.map(\.path) == [folder.path + "/" + image])
    }
  }
}
