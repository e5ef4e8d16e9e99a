#if Full
import Evaluation
import GELAN
import Inference
import Training

/// Measures the average precision of variants of a model on one data set, as `val` does.
struct AccuracyProbe {
  let data: String
  let threads: Int
  private let truth: GroundTruth

  /// Measures on `data`, with its images in the folder `images` or where the data set has them.
  init(data: String, images: String?, threads: Int) throws {
    self.data = data
    self.threads = threads
    truth = try GroundTruth.toMeasureOn(data, split: "val", images: images)
  }

  /// AP of `model` with inputs of `side` × `side`, in percentage points (0…100). All variants skip the same images,
  /// so only the first call reports them.
  func points(
    of model: InferenceModel, precision: CompilationOptions.Precision, side: Int, isFirst: Bool = false
  ) throws -> Double {
    var validation = Validation(truth, side: side, workers: threads)
    validation.options.precision = precision
    let mapping = try ClassMapping(model: model.classNames, data: truth.classNames, dataPath: data)
    let progress = ProgressLine(total: truth.images.count, unit: "images")
    validation.progress = { progress.show($0) }
    let measurement = try validation.measure(model, classes: mapping.table)
    progress.finish()
    if isFirst { truth.problems.adding(measurement.problems).print() }
    return 100 * measurement.precision.precision()
  }
}
#endif
