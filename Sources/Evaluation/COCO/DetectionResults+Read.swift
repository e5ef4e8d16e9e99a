internal import Foundation

extension DetectionResults {
  /// Detections read from a file, by image of the data set.
  package struct Found: Sendable {
    /// Detections of each image, with the classes of the data set.
    package var objects: [[FoundObject]]
    /// Rows that were ignored.
    package var problems: [GroundTruth.Problem]
    /// How classes are numbered, if not as in the data set; one sentence.
    package var note: String?
  }

  /// Reads a results file of the COCO benchmark, `[{"image_id", "category_id", "bbox", "score"}, …]`, as pycocotools does.
  ///
  /// Images are matched by identifier or, in data sets without identifiers, as `ResultNumbers` states. Rows of unknown
  /// categories are ignored. Throws `mismatched` for a row of an unknown image and `malformed` for another kind of file.
  package static func read(_ path: String, of truth: GroundTruth) throws(EvaluationError) -> Found {
    var reader = JSONReader(try TextFile.read(path), path: path)
    guard reader.beginList() else { throw EvaluationError(.malformed, file: path, "expected a list of detections") }
    var rows: [COCODetection] = []
    while try reader.hasNextItem() { rows.append(try COCODetection(&reader)) }
    try reader.end()
    let numbers = ResultNumbers(rows, of: truth)
    var found = Found(
      objects: [[FoundObject]](repeating: [], count: truth.images.count), problems: [], note: numbers.note)
    for (index, row) in rows.enumerated() {
      func note(_ kind: GroundTruth.Problem.Kind) {
        let place = "\(URL(filePath: path).lastPathComponent): [\(index)]"
        found.problems.append(GroundTruth.Problem(kind: kind, place: place))
      }
      guard let id = row.image, let category = row.category, let box = row.box, let score = row.score,
        score.isFinite, (0..<4).allSatisfy({ abs(box[$0]) < 1e9 })
      else {
        note(.unusableRow)
        continue
      }
      guard let image = numbers.images[index] else {
        throw EvaluationError(
          .mismatched, file: path, "expected images of the data set, got image_id \(id.json) in row \(index + 1)")
      }
      guard let classID = numbers.classes[category] else {
        note(.unknownClass)
        continue
      }
      let bounds = PreciseBox(left: box[0], top: box[1], width: box[2], height: box[3])
      found.objects[image].append(FoundObject(box: bounds, classID: classID, score: score))
    }
    return found
  }
}

/// A row of a results file.
struct COCODetection {
  var image: RecordID?
  var category: RecordID?
  var box: SIMD4<Double>?
  var score: Double?
  /// File name of the image, which the benchmark does not ask for.
  var name: String?

  private static let keys = ["image_id", "category_id", "bbox", "score", "file_name"].map { Array($0.utf8) }

  init(_ reader: inout JSONReader) throws(EvaluationError) {
    try reader.object { (reader, key) throws(EvaluationError) in
      switch Self.keys.firstIndex(where: { reader.isKey(key, $0) }) {
      case 0: image = try reader.identifier()
      case 1: category = try reader.identifier()
      case 2:
        if let values = try reader.numbers(), values.count == 4 {
          box = SIMD4(values[0], values[1], values[2], values[3])
        }
      case 3: if case .number(let value, _) = try reader.scalar() { score = value }
      case 4: if case .text(let text) = try reader.scalar() { name = text }
      default: try reader.skip()
      }
    }
  }
}
