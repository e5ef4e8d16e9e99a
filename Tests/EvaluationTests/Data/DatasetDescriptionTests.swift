import Foundation
import Testing

@testable import Evaluation

/// `data.yaml` and `obj.data` as people write them; the values are those of Ultralytics' `check_det_dataset`.
@Suite struct DatasetDescriptionTests {
  @Test(
    arguments: [
      ("names: [car, bus]", ["car", "bus"]), ("names: ['car', \"bus\"]\nnc: 2", ["car", "bus"]),
      ("nc: 2.0\nnames:\n  - car\n  - bus", ["car", "bus"]), ("names:\n  0: car\n  1: bus", ["car", "bus"]),
      ("names: {1: bus, 0: car}", ["car", "bus"]), ("names:\n  '0': car\n  \"1\": bus", ["car", "bus"]),
      ("names: [0, 1, 2]", ["0", "1", "2"]), ("names: [no, yes]", ["no", "yes"]), ("nc: 2", ["class_0", "class_1"]),
      ("names:\nnc: 1", ["class_0"]), ("names: {0: 'traffic light'}", ["traffic light"]),
      ("names: [größe, 車]", ["größe", "車"]),
    ] as [(String, [String])])
  func `names are a list or a table, of text or numbers`(names: String, expected: [String]) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("\u{FEFF}train: images\r\nval: images\r\n\(names)\n", to: "data.yaml")
    #expect(try DatasetDescription(yaml: file).names == expected)
  }

  @Test(
    arguments: [
      ("train: a\nval: a", "expected 'names'"), ("train: a\nnames: [x]\nnc: 2", "1 names and nc: 2"),
      ("train: a\nnames: {0: x, 2: y}", "indices up to 2"), ("train: a\nnames: {x: 0}", "class indices as keys"),
      ("train: a\nnames: []", "got none"), ("names: [x]", "expected the keys train and val"),
      ("just text", "expected keys"), ("train: [a\nnames: [x]", "expected YAML"), ("", "expected keys"),
      ("train: a\nnames: [x]\nnc: many", "train"),
    ] as [(String, String)])
  func `a description that cannot be used is refused with what was expected`(text: String, sentence: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(text, to: "data.yaml")
    if sentence == "train" {
      #expect(try DatasetDescription(yaml: file).names == ["x"])
      return
    }
    let error = #expect(throws: EvaluationError.self) { try DatasetDescription(yaml: file) }
    #expect(error?.code == .malformed && error?.description.contains(sentence) == true, "\(String(describing: error))")
  }

  /// Where images lie, how the description names them, and what is found.
  @Test(
    arguments: [
      ("images/val/a.jpg", "val: images/val", 1), ("images/val/a.jpg", "path: .\nval: images/val", 1),
      ("images/val/a.jpg", "path: /no/longer/there\nval: images/val", 1), ("images/val/a.jpg", "val: ./images/val/", 1),
      ("images/val/a.jpg", "validation: images/val", 1), ("valid/images/a.jpg", "val: ../valid/images", 1),
      ("valid/images/a.jpg", "val: valid", 1), ("images/val/x/y/a.jpg", "val: images/val", 1),
      ("images/a.jpg", "val: [images, images]", 2), ("images/a.PNG", "val: images", 1),
      ("images/a.jpg", "val: images/a.jpg", 1), ("images/.a.jpg", "val: images", 0),
      ("images/a.txt", "val: images", 0), ("images/a.jpg", "val: gone", 0), ("images/a.jpg", "test: images", 0),
      ("data/images/a.jpg", "path: data\nval: images", 1), ("images/a.jpg", "val: images\nkpt_shape: [17, 3]", 1),
    ] as [(String, String, Int)])
  func `parts are folders, lists of folders, images or lists`(file: String, text: String, count: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: file)
    try folder.write("train: images\n\(text)\nnames: [x]\n", to: "data.yaml")
    for place in [folder.path, folder.path + "/data.yaml"] {
      let truth = try? GroundTruth.open(place, split: "val")
      #expect((truth?.images.count ?? 0) == count)
    }
  }

  @Test(
    arguments: [
      "./images/a.jpg", "images/a.jpg", "data/images/a.jpg", "/home/me/set/images/a.jpg", "images\\a.jpg",
      "\u{FEFF}images/a.jpg\r\n\r\n", "FOLDER/images/a.jpg",
    ])
  func `lists of images name them from the list's folder, the data set's, or where they were`(line: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "images/a.jpg")
    try folder.write("0 0.5 0.5 0.5 0.5", to: "labels/a.txt")
    try folder.write(line.replacing("FOLDER", with: folder.path), to: "val.txt")
    try folder.write("val: val.txt\nnames: [x]\n", to: "data.yaml")
    let truth = try GroundTruth.open(folder.path, split: "val")
    #expect(truth.images.map(\.path) == [folder.path + "/images/a.jpg"] && truth.objectCount == 1)
  }

  @Test(arguments: [false, true]) func `text in UTF-16, as PowerShell writes it, is read`(isBigEndian: Bool) throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, to path: String) throws {
      let units = ("\u{FEFF}" + text).utf16
      try folder.write("", to: path)
      let bytes = units.flatMap {
        isBigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)]
      }
      try Data(bytes).write(to: folder.url.appending(path: path))
    }
    try folder.write("", to: "images/a.jpg")
    try write("0 0.5 0.5 0.5 0.5\r\n", to: "labels/a.txt")
    try write("images/a.jpg\r\n", to: "val.txt")
    try write("val: val.txt\r\nnames: [größe]\r\n", to: "data.yaml")
    let truth = try GroundTruth.open(folder.path, split: "val")
    #expect(truth.classNames == ["größe"] && truth.images.count == 1 && truth.objectCount == 1)
    try write("größe\r\n", to: "classes.txt")
    #expect(try DatasetDescription.names(file: folder.path + "/classes.txt") == ["größe"])
  }

  @Test func `bytes that are no UTF-8 and empty parts do not matter`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "data.yaml")
    let text = Array("# gr".utf8) + [0xF6] + Array("\ntrain: a\nval: null\ntest: ~\nnames: [x]\n".utf8)
    try Data(text).write(to: folder.url.appending(path: "data.yaml"))
    let description = try DatasetDescription(yaml: folder.path + "/data.yaml")
    #expect(description.names == ["x"] && description.parts == ["train": ["a"]])
  }

  @Test func `labels are found behind a link to the folder of images, and with accents composed otherwise`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "pool/images/a.jpg")
    try folder.write("", to: "pool/labels/a.txt")
    try folder.write("", to: "set/images/e\u{301}.jpg")
    try folder.write("", to: "set/labels/\u{E9}.txt")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/set/images/val", withDestinationPath: folder.path + "/pool/images")
    let pool = URL(filePath: folder.path).resolvingSymlinksInPath().path
    #expect(GroundTruth.labelFile(of: folder.path + "/set/images/val/a.jpg") == pool + "/pool/labels/a.txt")
    // Labels beside the link come first.
    try folder.write("", to: "set/labels/val/a.txt")
    #expect(GroundTruth.labelFile(of: folder.path + "/set/images/val/a.jpg") == folder.path + "/set/labels/val/a.txt")
    let label = GroundTruth.labelFile(of: folder.path + "/set/images/e\u{301}.jpg")
    #expect(label.map { Array($0.utf8) } == Array((folder.path + "/set/labels/\u{E9}.txt").utf8))
  }

  @Test func `a line of a list that is nowhere is counted`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "images/a.jpg")
    try folder.write("images/a.jpg\nimages/b.jpg\n", to: "val.txt")
    try folder.write("val: val.txt\nnames: [x]\n", to: "data.yaml")
    let truth = try GroundTruth.open(folder.path, split: "val")
    #expect(truth.images.count == 1 && truth.problems.map(\.kind) == [.unreadableImage, .missingLabels])
  }

  @Test func `labels lie in labels for the last folder images, or beside the image`() throws {
    let folder = try TemporaryFolder()
    let row = "0 0.5 0.5 0.5 0.5"
    for (image, label) in [
      ("images/images/a.jpg", "images/labels/a.txt"), ("images/val/b.c.jpg", "labels/val/b.c.txt"),
      ("images/d.jpg", "images/d.txt"), ("flat/e.jpg", "flat/e.txt"),
    ] {
      try folder.write("", to: image)
      try folder.write(row, to: label)
      #expect(GroundTruth.labelFile(of: folder.path + "/" + image) == folder.path + "/" + label)
    }
  }

  @Test func `labels that cannot be read leave their image out, it is no background`() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b\\c", "50%20#1?"] { try folder.write("", to: "images/\(name).jpg") }
    // A folder in place of the file.
    try folder.write("", to: "labels/a.txt/x")
    for name in ["b\\c", "50%20#1?"] { try folder.write("0 0.5 0.5 0.5 0.5", to: "labels/\(name).txt") }
    try folder.write("./images/a.jpg\n./images/b\\c.jpg\n./images/50%20#1?.jpg\n", to: "val.txt")
    try folder.write("val: val.txt\nnames: [x]\n", to: "data.yaml")
    let truth = try GroundTruth.open(folder.path, split: "val")
    #expect(truth.images.count == 2 && truth.objectCount == 2 && truth.problems.map(\.kind) == [.unusableLabels])
  }

  @Test(arguments: ["train = data/train.txt", "TRAIN=train.txt", "train = /home/me/data/train.txt"])
  func `obj.data of CVAT names its parts`(line: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("classes = 2\n\(line)\nnames = data/obj.names\nbackup = backup/\n", to: "obj.data")
    try folder.write("car\r\nbus\r\n", to: "obj.names")
    try folder.write("data/obj_train_data/x/a.png\n", to: "train.txt")
    try folder.write("", to: "obj_train_data/x/a.png")
    try folder.write("1 0.5 0.5 0.5 0.5", to: "obj_train_data/x/a.txt")
    let truth = try GroundTruth.open(folder.path, split: "train")
    #expect(truth.classNames == ["car", "bus"] && truth.images.flatMap { $0.objects.map(\.classID) } == [1])
    let error = #expect(throws: EvaluationError.self) { try GroundTruth.open(folder.path, split: "val") }
    #expect(error?.code == .malformed)
  }
}
