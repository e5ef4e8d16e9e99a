internal import Foundation

extension DetectionResults {
  /// Detections read from a file, by image of the data set.
  package struct Found: Sendable {
    /// Detections of each image, with the classes of the data set.
    package var objects: [[FoundObject]]
    /// Rows that were ignored.
    package var problems: [GroundTruth.Problem]
  }

  /// Reads a results file of the COCO benchmark, `[{"image_id", "category_id", "bbox", "score"}, …]`, as pycocotools does.
  ///
  /// Images are matched by identifier or, in data sets without identifiers, by file name, as Ultralytics writes it.
  /// Rows of unknown categories are ignored. Throws `mismatched` for a row of an unknown image and `malformed` for
  /// another kind of file.
  package static func read(_ path: String, of truth: GroundTruth) throws(EvaluationError) -> Found {
    var reader = JSONReader(try TextFile.read(path), path: path)
    guard reader.beginList() else { throw EvaluationError(.malformed, file: path, "expected a list of detections") }
    var images: [RecordID: Int] = [:]
    for (index, image) in truth.images.enumerated() {
      images[image.id] = index
      guard image.size == .unit else { continue }
      let stem = (image.name as NSString).deletingPathExtension
      images[Int(stem).map(RecordID.number) ?? .text(stem)] = index
    }
    let classes = Dictionary(
      truth.categories.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    var found = Found(objects: [[FoundObject]](repeating: [], count: truth.images.count), problems: [])
    var row = 0
    while try reader.hasNextItem() {
      let detection = try COCODetection(&reader)
      let place = "\(URL(filePath: path).lastPathComponent): [\(row)]"
      row += 1
      guard let id = detection.image, let category = detection.category, let box = detection.box,
        let score = detection.score, score.isFinite, (0..<4).allSatisfy({ abs(box[$0]) < 1e9 })
      else {
        found.problems.append(GroundTruth.Problem(kind: .unusableRow, place: place))
        continue
      }
      guard let image = images[id] else {
        throw EvaluationError(
          .mismatched, file: path, "expected images of the data set, got image_id \(id.json) in row \(row)")
      }
      guard let classID = classes[category] else {
        found.problems.append(GroundTruth.Problem(kind: .unknownClass, place: place))
        continue
      }
      let bounds = PreciseBox(left: box[0], top: box[1], width: box[2], height: box[3])
      found.objects[image].append(FoundObject(box: bounds, classID: classID, score: score))
    }
    try reader.end()
    return found
  }
}

/// A row of a results file.
private struct COCODetection {
  var image: RecordID?
  var category: RecordID?
  var box: SIMD4<Double>?
  var score: Double?

  private static let keys = ["image_id", "category_id", "bbox", "score"].map { Array($0.utf8) }

  init(_ reader: inout JSONReader) throws(EvaluationError) {
    try reader.object { (reader, key) throws(EvaluationError) in
      switch Self.keys.firstIndex(where: { reader.isKey(key, $0) }) {
      case 0: image = RecordID(try reader.scalar())
      case 1: category = RecordID(try reader.scalar())
      case 2:
        if let values = try reader.numbers(), values.count == 4 {
          box = SIMD4(values[0], values[1], values[2], values[3])
        }
      case 3: if case .number(let value, _) = try reader.scalar() { score = value }
      default: try reader.skip()
      }
    }
  }
}
