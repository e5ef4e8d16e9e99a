import Foundation
import Imaging
import Testing

@testable import Evaluation
@testable import Training

/// The same twenty images and boxes in the layouts that people have: all must be the same to training and validation.
@Suite struct DatasetLayoutTests {
  private static let names = ["car", "bus", "person"]

  /// Boxes of image `number`, which is 64 or 128 pixels wide and 64 high, in whole pixels: class, left, top, width, height.
  private static func boxes(_ number: Int) -> [[Int]] {
    (0..<number % 3).map { [($0 + number) % 3, 2 * number, 4 * $0 + 8, 16 + 2 * $0, 32] }
  }

  private static func width(_ number: Int) -> Int { number.isMultiple(of: 2) ? 64 : 128 }

  private static func image(_ number: Int) -> Data {
    let width = width(number)
    var pixels = [UInt8](repeating: UInt8(40 + number), count: width * 64 * 3)
    for index in pixels.indices where (index / 3 % width + index / 3 / width) % (number + 3) == 0 {
      pixels[index] = 200
    }
    return Data("P6 \(width) 64 255\n".utf8) + Data(pixels)
  }

  private struct Folder: ~Copyable {
    let url = FileManager.default.temporaryDirectory.appending(path: "layout-\(UUID().uuidString)")

    func write(_ data: Data, _ path: String) throws {
      let file = url.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }

    func write(_ text: String, _ path: String) throws { try write(Data(text.utf8), path) }

    deinit { try? FileManager.default.removeItem(at: url) }
  }

  private static func name(_ number: Int) -> String { "image\(number + 100)" }

  private static func rows(_ number: Int, fractional: Bool = false) -> String {
    boxes(number).map { box in
      let width = Double(width(number))
      let values = [
        (Double(box[1]) + Double(box[3]) / 2) / width, (Double(box[2]) + Double(box[4]) / 2) / 64,
        Double(box[3]) / width, Double(box[4]) / 64,
      ]
      return "\(fractional ? "\(box[0]).0" : "\(box[0])") \(values.map { "\($0)" }.joined(separator: " "))\n"
    }.joined()
  }

  private static func coco(group: Bool, folder: String = "") -> String {
    let offset = group ? 1 : 0
    var categories = names.enumerated().map { #"{"id": \#($0 + 1), "name": "\#($1)", "supercategory": "things"}"# }
    if group { categories.insert(#"{"id": 0, "name": "things", "supercategory": "none"}"#, at: 0) }
    let images = (0..<20).map {
      #"{"id": \#($0 + offset), "file_name": "\#(folder)\#(name($0)).ppm", "width": \#(width($0)), "height": 64}"#
    }
    let annotations = (0..<20).flatMap { number in
      boxes(number).map { box in
        let bounds = box.dropFirst().map { "\($0).0" }.joined(separator: ",")
        return #"{"image_id": \#(number + offset), "category_id": \#(box[0] + 1), "bbox": [\#(bounds)], "iscrowd": 0}"#
      }
    }
    return """
      {"images": [\(images.joined(separator: ","))], "categories": [\(categories.joined(separator: ","))],
       "annotations": [\(annotations.joined(separator: ","))]}
      """
  }

  enum Layout: String, CaseIterable {
    case house, ultralytics, roboflowYOLO, roboflowCOCO, roboflowDarknet, labelImg, cvatDarknet, cvatUltralytics
    case cvatCOCO, coco, voc, vocByPart
  }

  /// Writes the layout; returns what to open.
  private static func write(_ layout: Layout, to folder: borrowing Folder) throws -> String {
    func writeImages(_ path: String, labels: String? = nil, fractional: Bool = false) throws {
      for number in 0..<20 {
        try folder.write(image(number), "\(path)/\(name(number)).ppm")
        if let labels { try folder.write(rows(number, fractional: fractional), "\(labels)/\(name(number)).txt") }
      }
    }
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    let lines = names.joined(separator: "\n")
    switch layout {
    case .house:
      try writeImages("images/train", labels: "labels/train")
      try folder.write(lines, "classes.txt")
    case .ultralytics:
      try writeImages("set/images/train", labels: "set/labels/train", fractional: true)
      let table = names.enumerated().map { "  \($0): \($1)" }.joined(separator: "\n")
      try folder.write("path: set\ntrain: images/train\nval: images/val\nnames:\n\(table)\n", "mine.yaml")
      return "mine.yaml"
    case .roboflowYOLO:
      try writeImages("train/images", labels: "train/labels")
      try folder.write(
        "train: ../train/images\nval: ../valid/images\n\nnc: 3\nnames: [\(list)]\n\nroboflow:\n  license: MIT\n",
        "data.yaml")
      return "data.yaml"
    case .roboflowCOCO:
      try writeImages("train")
      try folder.write(coco(group: true), "train/_annotations.coco.json")
    case .roboflowDarknet:
      try writeImages("train", labels: "train")
      try folder.write(lines, "train/_darknet.labels")
    case .labelImg:
      try writeImages("", labels: "")
      try folder.write(lines, "classes.txt")
    case .cvatDarknet:
      try writeImages("obj_train_data", labels: "obj_train_data")
      try folder.write("classes = 3\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n", "obj.data")
      try folder.write(lines, "obj.names")
      try folder.write((0..<20).map { "data/obj_train_data/\(name($0)).ppm\n" }.joined(), "train.txt")
    case .cvatUltralytics:
      try writeImages("images/train", labels: "labels/train")
      let table = names.enumerated().map { "  \($0): \($1)" }.joined(separator: "\n")
      try folder.write("names:\n\(table)\npath: .\ntrain: train.txt\n", "data.yaml")
      try folder.write((0..<20).map { "data/images/train/\(name($0)).ppm\n" }.joined(), "train.txt")
    case .cvatCOCO:
      try writeImages("images/default")
      try folder.write(coco(group: false, folder: "default/"), "annotations/instances_default.json")
    case .coco:
      try writeImages("train2017")
      try folder.write(coco(group: false), "annotations/instances_train2017.json")
      return "annotations/instances_train2017.json"
    case .voc, .vocByPart:
      let annotations = layout == .voc ? "Annotations" : "train/annotations"
      try writeImages(layout == .voc ? "JPEGImages" : "train/images")
      try folder.write(lines, "labels.txt")
      for number in 0..<20 {
        let objects = boxes(number).map { box in
          """
          <object><name>\(names[box[0]])</name><bndbox><xmin>\(box[1] + 1)</xmin><ymin>\(box[2] + 1)</ymin>
          <xmax>\(box[1] + box[3])</xmax><ymax>\(box[2] + box[4])</ymax></bndbox></object>
          """
        }.joined()
        try folder.write(
          "<annotation><filename>stale.jpg</filename><size><width>0</width><height>0</height></size>\(objects)</annotation>",
          "\(annotations)/\(name(number)).xml")
      }
    }
    return ""
  }

  /// A sum over everything in the first batches, order included.
  private static func hash(_ data: Dataset) -> UInt64 {
    var plan = TrainingPlan(network: `The trainer`.plan.network)
    plan.batch = 4
    plan.side = 64
    plan.epochs = 30
    let batches = BatchPreparation(plan, batches: 5, samples: data.samples) {
      RGBImage(path: data.samples[$0].path)?.resized(longSide: 64)
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: Float) { hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3 }
    for number in 0..<6 {
      let batch = batches(number)
      for value in batch.images { mix(value) }
      for target in batch.targets {
        [Float(target.image), Float(target.classID), target.centreX, target.centreY, target.width, target.height]
          .forEach(mix)
      }
    }
    return hash
  }

  /// AP of detections that are each object moved a little, with some false ones.
  private static func precision(_ truth: GroundTruth) -> Double {
    let objects = (0..<20).map { truth.images[$0].objects(in: GroundTruth.Size(width: width($0), height: 64)) }
    let found = (0..<20).map { number in
      boxes(number).enumerated().map { index, box in
        FoundObject(
          box: PreciseBox(
            left: Double(box[1] + number % 5), top: Double(box[2] + index), width: Double(box[3]), height: 32),
          classID: number % 7 == 6 ? 0 : box[0], score: 0.9 - Double(number) * 0.02)
      }
    }
    return AveragePrecision(truth: objects, found: found, classCount: 3).precision()
  }

  private static let expected = Result {
    let folder = Folder()
    let path = try write(.house, to: folder)
    let truth = try GroundTruth.open(folder.url.appending(path: path).path, split: "train")
    return (hash(Dataset(truth)), precision(truth))
  }

  @Test(arguments: Layout.allCases)
  func `give identical batches and AP`(layout: Layout) throws {
    let folder = Folder()
    let path = try Self.write(layout, to: folder)
    let truth = try GroundTruth.open(folder.url.appending(path: path).path, split: "train")
    #expect(truth.classNames == Self.names && truth.images.count == 20)
    let data = Dataset(truth)
    #expect(data.samples.map { URL(filePath: $0.path).lastPathComponent } == (0..<20).map { Self.name($0) + ".ppm" })
    let expected = try Self.expected.get()
    #expect(Self.hash(data) == expected.0)
    #expect(Self.precision(truth) == expected.1 && expected.1 > 0.3 && expected.1 < 1)
    // Two thirds of the images show something; the others are background, which is said.
    #expect(data.samples.count { $0.objects.isEmpty } == 7)
    let kinds = Set(data.problems.map(\.kind))
    #expect(kinds.isSubset(of: [.emptyLabels, .groupClass, .movedFile]), "\(data.problems.report)")
  }
}
