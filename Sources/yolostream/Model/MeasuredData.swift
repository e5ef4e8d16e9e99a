#if Full
import Evaluation
import Scene

extension GroundTruth {
  /// Opens a labelled data set for measuring; throws `mismatched` if nothing in it is labelled.
  static func toMeasureOn(
    _ path: String, split: String, images: String?, needsImages: Bool = true
  ) throws(EvaluationError) -> GroundTruth {
    let truth = try open(path, split: split, images: images, keepsOutlines: false, needsImages: needsImages)
    guard truth.objectCount > 0 else {
      let reasons = truth.problems.report.joined(separator: "; ")
      throw EvaluationError(
        .mismatched, file: path,
        "no labels found: none of its \(truth.images.count.counted("image")) shows a labelled object"
          + (reasons.isEmpty ? "" : "; \(reasons)"))
    }
    return truth
  }
}

extension [GroundTruth.Problem] {
  /// Prints on standard error what was left out, repaired or used as background, one line per kind.
  func print() {
    for line in report { StandardError.say("data: \(line)") }
  }

  /// These problems and those of `later` that are new.
  func adding(_ later: [GroundTruth.Problem]) -> [GroundTruth.Problem] {
    let known = Set(filter { $0.kind == .unreadableImage }.map(\.place))
    return self
      + later.filter { problem in
        problem.kind != .unreadableImage || !known.contains { problem.place == $0 || problem.place.hasSuffix("/\($0)") }
      }
  }
}
#endif
