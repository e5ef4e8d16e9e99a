/// The twelve figures of the COCO benchmark.
package struct DetectionSummary: Hashable, Sendable {
  /// One figure.
  package struct Figure: Hashable, Sendable {
    /// Its name, such as `AP50` or `AR_small`.
    package let name: String
    /// 0...1, or -1 if there are no objects.
    package let value: Double
  }

  /// All figures in the order of pycocotools.
  package let figures: [Figure]

  /// The figures of `result`.
  package init(_ result: AveragePrecision) {
    figures = [
      Figure(name: "AP", value: result.precision()),
      Figure(name: "AP50", value: result.precision(thresholds: 0..<1)),
      Figure(name: "AP75", value: result.precision(thresholds: 5..<6)),
      Figure(name: "AP_small", value: result.precision(in: .small)),
      Figure(name: "AP_medium", value: result.precision(in: .medium)),
      Figure(name: "AP_large", value: result.precision(in: .large)),
      Figure(name: "AR1", value: result.recall(limit: 0)),
      Figure(name: "AR10", value: result.recall(limit: 1)),
      Figure(name: "AR100", value: result.recall()),
      Figure(name: "AR_small", value: result.recall(in: .small)),
      Figure(name: "AR_medium", value: result.recall(in: .medium)),
      Figure(name: "AR_large", value: result.recall(in: .large)),
    ]
  }

  /// Mean average precision over IoU 0.50 to 0.95 (mAP50-95).
  package var precision: Double { figures[0].value }
  /// Average precision at an IoU of 0.50 (mAP50).
  package var precisionAt50: Double { figures[1].value }
  /// Average precision at an IoU of 0.75.
  package var precisionAt75: Double { figures[2].value }
  /// Average recall with 100 detections of a class per image.
  package var recall: Double { figures[8].value }
}

extension AveragePrecision {
  /// The twelve figures of the benchmark.
  package var summary: DetectionSummary { DetectionSummary(self) }
}
