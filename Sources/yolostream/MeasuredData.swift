import Evaluation

extension GroundTruth {
  /// Opens labelled pictures to measure on, and says on standard error what is passed over.
  static func toMeasureOn(_ path: String, split: String, images: String?) throws(EvaluationError) -> GroundTruth {
    let truth = try open(path, split: split, images: images)
    truth.problems.print()
    guard truth.objectCount > 0 else {
      throw EvaluationError(.mismatched, file: path, "expected labelled objects to measure on, there are none")
    }
    return truth
  }
}

extension [GroundTruth.Problem] {
  /// Says on standard error what was passed over.
  func print() {
    for line in report { Swift.print("yolostream: passed over: \(line)", to: &StandardError.shared) }
  }
}
