import Foundation
import Testing

@testable import Training

@Suite struct `Data sets` {
  @Test func `of YOLO pass over bad labels and name them`() {
    var problems: [Dataset.Problem] = []
    let text = "0 0.5 0.5 0.2 0.2\nx 1 2\n9 0.5 0.5 0.1 0.1\n1 1.8 0.5 0.2 0.2\n1 0.5 nan 0.2 0.2\n"
    let objects = Dataset.objects(in: text, file: "a.txt", classes: 2, problems: &problems)
    #expect(objects.count == 1)
    #expect(problems.map(\.kind) == [.unreadableLine, .unknownClass, .boxOutside, .unreadableLine])
    #expect(problems[0].place == "a.txt:2")
  }

  @Test func `of COCO pass over bad annotations and name them`() throws {
    let folder = try TrainerFolder()
    let text = """
      {"images": [{"id": 7, "file_name": "b.jpg", "width": 100, "height": 50}, {"id": 8, "width": 3}],
       "categories": [{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}],
       "annotations": [
        {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 20]},
        {"image_id": 7, "category_id": 3, "bbox": [90, 40, 50, 50], "iscrowd": 1},
        {"image_id": 9, "category_id": 3, "bbox": [0, 0, 5, 5]},
        {"image_id": 7, "category_id": 2, "bbox": [0, 0, 5, 5]},
        {"image_id": 7, "category_id": 3, "bbox": [200, 0, 5, 5]},
        {"image_id": 7, "category_id": 3, "bbox": [1, 2, "x", 5]}]}
      """
    let file = folder.url.appending(path: "train.json")
    try Data(text.utf8).write(to: file)
    for place in [file.path, folder.url.path] {
      let data = try Dataset.open(place, split: "train")
      #expect(data.classNames == ["cat", "dog"])
      #expect(data.samples.map(\.path) == [folder.url.appending(path: "b.jpg").path])
      #expect(
        data.samples[0].objects == [
          .init(classID: 1, box: [0.1, 0.2, 0.3, 0.6]), .init(classID: 0, box: [0.9, 0.8, 1, 1], isCrowd: true),
        ])
      #expect(data.forTraining.samples[0].objects.count == 1)
      #expect(
        data.problems.map(\.kind) == [.unreadableLine, .unreadableLine, .unknownClass, .boxOutside, .unreadableLine])
      #expect(data.problems[1].place == "train.json: annotations[2]")
    }
    try Data("[1".utf8).write(to: file)
    #expect(throws: TrainingError.self) { try Dataset.open(file.path, split: "train") }
  }

  @Test func `of VOC pass over bad annotations and name them`() throws {
    let folder = try TrainerFolder()
    let annotations = folder.url.appending(path: "Annotations")
    try FileManager.default.createDirectory(at: annotations, withIntermediateDirectories: true)
    func object(_ name: String, _ box: String, _ difficult: Int = 0) -> String {
      "<object><name>\(name)</name><difficult>\(difficult)</difficult>\(box)"
        + "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>"
    }
    func box(_ edges: [Int]) -> String {
      "<bndbox>" + zip(["xmin", "ymin", "xmax", "ymax"], edges).map { "<\($0)>\($1)</\($0)>" }.joined() + "</bndbox>"
    }
    let good =
      "<annotation><filename>a.jpg</filename><size><width>100</width><height>50</height></size>"
      + object("dog", box([11, 11, 30, 30])) + object("cat", box([1, 1, 100, 50]), 1) + object("dog", box([1, 2]))
      + object("cow", box([1, 1, 9, 9])) + object("cat", box([300, 1, 310, 9])) + "</annotation>"
    try Data(good.utf8).write(to: annotations.appending(path: "a.xml"))
    try Data("<annotation><size>".utf8).write(to: annotations.appending(path: "b.xml"))
    let data = try Dataset.open(folder.url.path, split: "train", classes: ["cat", "dog"])
    #expect(data.samples.map(\.path) == [folder.url.appending(path: "JPEGImages/a.jpg").path])
    #expect(
      data.samples[0].objects == [
        .init(classID: 1, box: [0.1, 0.2, 0.3, 0.6]), .init(classID: 0, box: [0, 0, 1, 1], isCrowd: true),
      ])
    #expect(data.problems.map(\.kind) == [.unreadableLabels, .unreadableLine, .unknownClass, .boxOutside])
    #expect(data.problems[0].place == "b.xml")
    #expect(try Dataset.open(folder.url.path, split: "train").classNames == ["cat", "cow", "dog"])
    // Without lists all of it is to train on, and nothing is left to validate on.
    let error = #expect(throws: TrainingError.self) { try Dataset.open(folder.url.path, split: "val") }
    #expect(error?.message.contains("ImageSets/Main/val.txt") == true)
  }

  @Test func `without anything usable are an error that says where`() throws {
    let folder = try TrainerFolder()
    let error = #expect(throws: TrainingError.self) { try Dataset.open(folder.url.path, split: "train") }
    #expect(error?.code == .unusableData)
    #expect(error?.message.contains(folder.url.path) == true)
    let missing = #expect(throws: TrainingError.self) { try Dataset.open("/no/such/data", split: "train") }
    #expect(missing?.code == .missingData)
  }
}
