import Evaluation
import GELAN
import Inference
import Training

/// Average precision of variants of a model on one set of labelled pictures, as `val` counts it.
struct AccuracyProbe {
  let data: String
  let threads: Int
  private let truth: GroundTruth

  /// Measures on `data`, pictures in `images` or where the data has them.
  init(data: String, images: String?, threads: Int) throws {
    self.data = data
    self.threads = threads
    truth = try GroundTruth.toMeasureOn(data, split: "val", images: images)
  }

  /// AP of `model` at inputs of `side` × `side`, in points (0…100). All variants pass over the same pictures, so only
  /// the first says which.
  func points(
    of model: InferenceModel, precision: CompilationOptions.Precision?, side: Int, isFirst: Bool = false
  ) throws -> Double {
    var validation = Validation(truth, side: side, workers: threads)
    validation.options.precision = precision
    let mapping = try ClassMapping(model: model.classNames, data: truth.classNames, dataPath: data)
    let progress = ProgressLine(total: truth.pictures.count, unit: "pictures")
    let measurement = try validation.measure(model, classes: mapping.table) { progress.show($0) }
    progress.finish()
    if isFirst { measurement.problems.print() }
    return 100 * measurement.precision.precision()
  }
}
