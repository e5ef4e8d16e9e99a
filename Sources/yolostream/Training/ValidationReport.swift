#if Full
import Evaluation
import Scene

/// The output of `val`: the twelve figures, and a line per class.
struct ValidationReport: Encodable {
  struct ClassRow: Encodable {
    let name: String
    let objects: Int
    let precision: Double
    let precisionAt50: Double
    let precisionAt75: Double
    let recall: Double
    /// The best F1 score at an IoU of 0.50, and its confidence threshold.
    let bestF1: Double
    let bestConfidence: Double

    /// The benchmark's names.
    private enum CodingKeys: String, CodingKey {
      case name, objects
      case precision = "AP"
      case precisionAt50 = "AP50"
      case precisionAt75 = "AP75"
      case recall = "AR100"
      case bestF1 = "F1"
      case bestConfidence = "confidence"
    }
  }

  let images: Int
  let detections: Int
  let precision: String
  let summary: [String: Double]
  let classes: [ClassRow]
  private let figures: [DetectionSummary.Figure]

  private enum CodingKeys: CodingKey {
    case images, detections, precision, summary, classes
  }

  init(_ result: AveragePrecision, classNames: [String], images: Int, detections: Int, precision: String) {
    self.images = images
    self.detections = detections
    self.precision = precision
    figures = result.summary.figures
    summary = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, $0.value) })
    classes = classNames.enumerated().map { id, name in
      ClassRow(
        name: name, objects: result.objectCounts[id], precision: result.precision(ofClass: id),
        precisionAt50: result.precision(ofClass: id, thresholds: 0..<1),
        precisionAt75: result.precision(ofClass: id, thresholds: 5..<6), recall: result.recall(ofClass: id),
        bestF1: result.operatingPoints[id].f1, bestConfidence: result.operatingPoints[id].confidence)
    }
  }

  /// The tables; classes without objects are left out.
  var text: String {
    let shown = classes.filter { $0.objects > 0 }
    let width = max(8, shown.map(\.name.count).max() ?? 0) + 2
    let heads = ["objects", "AP", "AP50", "AP75", "AR100", "F1", "at conf"].map { $0.padded(-9) }.joined()
    var lines = ["class".padded(width) + heads]
    for row in shown {
      let figures = [
        row.precision, row.precisionAt50, row.precisionAt75, row.recall, row.bestF1, row.bestConfidence,
      ]
      let numbers = figures.map { $0.text(4).padded(-9) }
      lines.append(row.name.padded(width) + "\(row.objects)".padded(-9) + numbers.joined())
    }
    lines.append("")
    lines += figures.map { $0.name.padded(10) + ($0.value < 0 ? "no such objects" : $0.value.text(4)) }
    lines.append("")
    lines.append("\(images.counted("image")), \(detections.counted("detection")), \(precision)")
    return lines.joined(separator: "\n")
  }
}
#endif
