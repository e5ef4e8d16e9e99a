import Foundation
import Testing

@testable import Evaluation

@Suite struct DataFolderTests {
  private func failure(_ path: String, split: String = "val") -> EvaluationError? {
    do throws(EvaluationError) {
      _ = try GroundTruth.open(path, split: split)
      return nil
    } catch { return error }
  }

  @Test func `a folder with a COCO file of the part gives that`() throws {
    let folder = try TemporaryFolder()
    let text = """
      {"images": [{"id": 7, "file_name": "b.jpg", "width": 100, "height": 50}, {"id": 8, "width": 3}],
       "categories": [{"id": 3, "name": "cat"}],
       "annotations": [{"image_id": 7, "category_id": 3, "bbox": [0, 0, 9, 9]}]}
      """
    try folder.write("", to: "images/b.jpg")
    for split in ["train", "val"] {
      let file = try folder.write(text, to: "\(split).json")
      for place in [file, folder.path] {
        let truth = try GroundTruth.open(place, split: split)
        #expect(truth.images.map(\.path) == [folder.path + "/images/b.jpg"])
        #expect(truth.classNames == ["cat"] && truth.objectCount == 1)
        #expect(truth.problems.map(\.place) == ["\(split).json: images[1]"])
      }
    }
  }

  @Test(arguments: [true, false])
  func `a YOLO folder gives images by name, with boxes in their pixels`(hasSplit: Bool) throws {
    let folder = try TemporaryFolder()
    let part = hasSplit ? "/val" : ""
    try folder.write("person\n\n dining table \n", to: "classes.txt")
    for name in ["b.jpg", "a.PNG", "notes.md"] { try folder.write("", to: "images\(part)/\(name)") }
    try folder.write("1 0.5 0.5 0.25 1\r\n\n0 0 0 0.1 0.1", to: "labels\(part)/b.txt")
    let truth = try GroundTruth.open(folder.path, split: "val")
    #expect(truth.classNames == ["person", "dining table"])
    #expect(truth.images.map(\.path) == ["a.PNG", "b.jpg"].map { folder.path + "/images\(part)/\($0)" })
    #expect(truth.isUnsplit == !hasSplit)
    #expect(truth.problems.map(\.kind) == [.missingLabels, .clippedBox])
    let objects = truth.images[1].objects(in: GroundTruth.Size(width: 200, height: 100))
    #expect(objects.map(\.classID) == [1, 0])
    #expect(objects[0].box == PreciseBox(left: 75, top: 0, width: 50, height: 100))
    #expect(objects[0].area == 5000)
    #expect(truth.images[0].objects.isEmpty)
    #expect((failure(folder.path, split: "train")?.code == .malformed) == hasSplit)
  }

  @Test func `outlines come from COCO polygons and from YOLO labels with more than a box`() throws {
    let text = """
      {"categories": [{"id": 1, "name": "cat"}],
       "images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 50}],
       "annotations": [
        {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20],
         "segmentation": [[10, 10, 30, 10, 10, 30], [1, 2], [-1e38, 0, 1e38, 0, 0, 99]]},
        {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20],
         "segmentation": {"counts": "abc", "size": [50, 100]}}]}
      """
    let objects = try GroundTruth.parse(coco: Array(text.utf8), path: "a.json").images[0].objects
    #expect(objects[0].outline.first == [SIMD2(0.1, 0.2), SIMD2(0.3, 0.2), SIMD2(0.1, 0.6)])
    #expect(objects[0].outline.dropFirst() == [[SIMD2(0, 0), SIMD2(1, 0), SIMD2(0, 1)]] && objects[1].outline.isEmpty)
    let labels = try LabelFile(Array("0 0.1 0.2 0.3 0.2 0.1 0.6\n".utf8), classCount: 1).objects
    #expect(labels.map(\.outline) == [Array(objects[0].outline.prefix(1))])
    #expect(labels[0].box.fractions(of: .unit) == SIMD4(0.1, 0.2, 0.3, 0.6))
  }

  @Test func `a VOC folder gives its objects, and what is bad is passed over and named`() throws {
    let folder = try TemporaryFolder()
    func object(_ name: String, _ box: [Int], _ difficult: Int = 0) -> String {
      let edges = zip(["xmin", "ymin", "xmax", "ymax"], box).map { "<\($0)>\($1)</\($0)>" }.joined()
      return "<object><name>\(name)</name><difficult>\(difficult)</difficult><bndbox>\(edges)</bndbox>"
        + "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>"
    }
    try folder.write(
      "<annotation><filename>a.jpg</filename><size><width>100</width><height>50.0</height></size>"
        + object("dog", [11, 11, 30, 30]) + object("cat", [1, 1, 100, 50], 1) + object("dog", [1, 2])
        + object("cow", [1, 1, 9, 9]) + object("cat", [300, 1, 310, 9]) + "</annotation>", to: "Annotations/a.xml")
    try folder.write("<annotation><size>", to: "Annotations/b.xml")
    #expect(failure(folder.path, split: "train")?.code == .missing)
    try folder.write("", to: "JPEGImages/a.jpg")
    let truth = try GroundTruth.open(folder.path, split: "train", classes: ["cat", "dog"])
    #expect(truth.images.map(\.path) == [folder.path + "/JPEGImages/a.jpg"])
    #expect(
      truth.images[0].objects == [
        TrueObject(box: PreciseBox(left: 10, top: 10, width: 20, height: 20), classID: 1),
        TrueObject(box: PreciseBox(left: 0, top: 0, width: 100, height: 50), classID: 0, isCrowd: true),
        TrueObject(box: PreciseBox(left: 299, top: 0, width: 11, height: 9), classID: 0),
      ])
    #expect(truth.problems.map(\.kind) == [.unusableLabels, .unusableRow, .unknownClass, .boxOutside])
    #expect(truth.problems[0].place == "b.xml")
    #expect(try GroundTruth.open(folder.path, split: "train").classNames == ["cat", "cow", "dog"])
    // Without lists it has no parts.
    #expect(try GroundTruth.open(folder.path, split: "val").isUnsplit)
    try folder.write("a  1\n", to: "ImageSets/Main/val.txt")
    let part = try GroundTruth.open(folder.path, split: "val")
    #expect(part.objectCount == 3 && !part.isUnsplit)
    #expect(failure(folder.path, split: "train")?.description.contains("ImageSets/Main/train.txt") == true)
  }

  private static let object =
    "<object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>"

  /// Folders as VOC annotations are published in: annotation, image, line of the list of the part, whether there are parts.
  @Test(
    arguments: [
      ("annotations/a.xml", "images/a.png", nil, false), ("annotations/xmls/a.xml", "images/a.jpg", nil, false),
      ("Annotations/train/a.xml", "JPEGImages/train/a.jpg", nil, true),
      ("annotations/train/a.xml", "images/train/a.jpg", nil, true),
      ("train/Annotations/a.xml", "train/JPEGImages/a.jpg", nil, true),
      ("train/annotations/a.xml", "train/images/a.jpg", nil, true),
      ("labels/a.xml", "images/a.jpg", nil, false), ("Annotations/a.xml", "JPEGImages/a.jpg", "a\r\n", true),
      ("Annotations/a 1.xml", "JPEGImages/a 1.jpg", "a 1\n", true),
      ("Annotations/a.xml", "JPEGImages/a.jpg", "a.jpg", true),
      ("Annotations/a 1.xml", "JPEGImages/a 1.jpg", "\"a 1\" 1\n", true),
      ("Annotations/a.xml", "JPEGImages/a.jpg", "\u{FEFF}a  1\n", true),
      ("VOC2007/Annotations/a.xml", "VOC2007/JPEGImages/a.jpg", nil, false),
    ] as [(String, String, String?, Bool)])
  func `VOC annotations are found where people keep them`(
    annotation: String, image: String, line: String?, hasParts: Bool
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write("<annotation><filename>stale.jpg</filename>\(Self.object)</annotation>", to: annotation)
    try folder.write("", to: image)
    if let line { try folder.write(line, to: "ImageSets/Main/train.txt") }
    let truth = try GroundTruth.open(folder.path, split: "train")
    #expect(truth.images.map(\.path) == [folder.path + "/" + image])
    #expect(truth.classNames == ["dog"] && truth.objectCount == 1 && truth.isUnsplit == !hasParts)
  }

  @Test func `parts of a VOC data set number their classes alike`() throws {
    let folder = try TemporaryFolder()
    for (part, name) in [("train", "dog"), ("val", "cat")] {
      try folder.write(
        "<annotation>\(Self.object.replacing("dog", with: name))</annotation>", to: "\(part)/annotations/a.xml")
      try folder.write("", to: "\(part)/images/a.jpg")
    }
    for part in ["train", "val"] {
      #expect(try GroundTruth.open(folder.path, split: part).classNames == ["cat", "dog"])
    }
  }

  @Test func `a part that a VOC data set does not have is an error, not all the others`() throws {
    let folder = try TemporaryFolder()
    try folder.write("<annotation>\(Self.object)</annotation>", to: "Annotations/train/a.xml")
    try folder.write("", to: "JPEGImages/train/a.jpg")
    #expect(failure(folder.path, split: "train") == nil)
    #expect(failure(folder.path)?.description.contains("it has train") == true)
  }

  @Test(arguments: ["train.json", "annotations/instances_train.json", "train/labels.json", "my_train_set.json"])
  func `a part that a COCO data set does not have is an error that names those it has`(file: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"images": [], "annotations": [], "categories": []}"#, to: file)
    #expect(failure(folder.path)?.description.contains("expected a part 'val', it has train") == true)
  }

  @Test func `Roboflow's export for Darknet has names, images and labels in each part`() throws {
    let folder = try TemporaryFolder()
    for part in ["train", "valid"] {
      try folder.write("car\nbus", to: "\(part)/_darknet.labels")
      try folder.write("", to: "\(part)/a.jpg")
      try folder.write("1 0.5 0.5 0.5 0.5", to: "\(part)/a.txt")
    }
    for part in ["train", "val"] {
      let truth = try GroundTruth.open(folder.path, split: part)
      #expect(truth.classNames == ["car", "bus"] && truth.objectCount == 1 && !truth.isUnsplit)
    }
  }

  @Test func `a folder may hold the data set in one more folder, but a part is none`() throws {
    let folder = try TemporaryFolder()
    try folder.write("names: [x]\ntrain: images\nval: images\n", to: "set/data.yaml")
    try folder.write("", to: "set/images/a.jpg")
    try folder.write("", to: "__MACOSX/._set")
    #expect(try GroundTruth.open(folder.path, split: "val").images.count == 1)
    let other = try TemporaryFolder()
    try other.write("car", to: "train/_darknet.labels")
    try other.write("", to: "train/a.jpg")
    #expect(failure(other.path, split: "train") == nil && failure(other.path)?.code == .malformed)
  }

  @Test func `images that this decoder cannot show are counted, not passed over`() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "classes.txt")
    for ending in ["avif", "heic", "HEIF", "dng", "jpg", "gif", "txt"] {
      try folder.write("", to: "images/a.\(ending)")
    }
    #expect(try GroundTruth.open(folder.path, split: "train").images.count == 5)
  }

  @Test func `a folder without anything usable is an error that names the place`() throws {
    let folder = try TemporaryFolder()
    #expect(failure("/no/such/data")?.code == .missing)
    for (text, file) in [("", "README"), ("\n", "classes.txt"), ("person\n", "classes.txt"), ("", "images/notes.md")] {
      try folder.write(text, to: file)
      let error = try #require(failure(folder.path))
      #expect(error.code == .malformed && error.description.contains(folder.path), "\(error)")
    }
  }
}
