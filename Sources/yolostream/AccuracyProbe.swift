import Evaluation
import GELAN
import Inference
import Scene

/// Average precision of variants of a model on one set of labelled pictures, as `val` counts it.
struct AccuracyProbe {
  let data: String
  let threads: Int
  private let truth: GroundTruth
  private let folder: String

  /// Measures on `data`: annotations in COCO format or a YOLO folder, pictures in `images` or beside them.
  init(data: String, images: String?, threads: Int) throws {
    self.data = data
    self.threads = threads
    truth =
      try data.lowercased().hasSuffix(".json")
      ? GroundTruth.read(coco: data) : GroundTruth.read(yoloFolder: data, split: "val")
    folder = try truth.pictureFolder(given: images)
    guard truth.objectCount > 0 else {
      throw EvaluationError(.mismatched, file: data, "expected labelled objects to measure on, there are none")
    }
  }

  /// AP of `model` at inputs of `side` × `side`, in points (0…100).
  func points(of model: InferenceModel, precision: CompilationOptions.Precision?, side: Int) throws -> Double {
    var options = Detector.Options()
    options.isSquare = true
    options.precision = precision
    (options.width, options.height) = (side, side)
    options.detection = DetectionOptions(confidence: 0.001, overlap: 0.7, limit: 300)
    options.detection.isMultiLabel = true
    let detector = Detector(model, options: options)
    let names = truth.categories.map(\.name)
    let mapping = try ClassMapping(model: detector.classes.names, data: names, dataPath: data)
    let progress = ProgressLine(total: truth.pictures.count, unit: "pictures")
    let outcome = try ValidationRun(
      truth: truth, folder: folder, detector: detector, classes: mapping.table, workers: threads
    ).run { progress.show($0) }
    progress.finish()
    return 100 * AveragePrecision(truth: outcome.truth, found: outcome.found, classCount: names.count).precision()
  }
}
