import ArgumentParser
import GELAN
import Inference

/// Which network to run.
struct ModelOptions: ParsableArguments {
  @Option(
    name: [.customLong("model"), .customLong("weights")],
    help: "Checkpoint: official .pt, Ultralytics .pt, or .safetensors.")
  var model: String?

  func load() throws -> InferenceModel {
    guard let model else {
      throw ValidationError(
        "no model was named: give --model FILE; official weights are on the YOLOv9 project's release page")
    }
    return try InferenceModel(path: model)
  }
}

/// What counts as a detection, and how the network runs.
struct DetectionArguments: ParsableArguments {
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")], help: "Longest side of the input.")
  var imageSize = 640

  @Option(name: [.customLong("conf"), .customLong("conf-thres")], help: "Lowest probability of a detection.")
  var confidence: Float = 0.25

  @Option(name: [.customLong("iou"), .customLong("iou-thres")], help: "Overlap above which the weaker box goes.")
  var overlap: Float = 0.45

  @Option(help: "Most detections a picture.")
  var maxDet = 300

  @Option(help: "Classes to look for, by name or number, such as person,car.")
  var classes: String?

  @Option(help: "Probabilities of single classes, such as person=0.5,car=0.4.")
  var classConf: String?

  @Flag(name: .customLong("agnostic-nms"), help: "Boxes of different classes suppress each other.")
  var isAgnostic = false

  @Flag(inversion: .prefixedNo, help: "Cut the input to the picture's shape instead of a square.")
  var rect = true

  @Option(help: "f32, bf16 or auto.")
  var precision = "auto"

  @Option(help: "Frames worked on at the same time, one thread each.")
  var threads = 2

  /// The precision called `name`; `nil` leaves the choice to the machine.
  static func precision(named name: String) throws -> CompilationOptions.Precision? {
    if name == "auto" { return nil }
    guard let precision = CompilationOptions.Precision(rawValue: name) else {
      throw ValidationError("--precision \(name): expected f32, bf16 or auto")
    }
    return precision
  }

  func detector(for model: InferenceModel) throws -> Detector {
    guard (0...1).contains(confidence) else { throw ValidationError("--conf \(confidence): expected 0 to 1") }
    guard (0...1).contains(overlap) else { throw ValidationError("--iou \(overlap): expected 0 to 1") }
    guard (32...8192).contains(imageSize) else { throw ValidationError("--imgsz \(imageSize): expected 32 to 8192") }
    guard (1...256).contains(threads) else { throw ValidationError("--threads \(threads): expected 1 to 256") }
    guard maxDet > 0 else { throw ValidationError("--max-det \(maxDet): expected 1 or more") }
    var options = Detector.Options()
    options.width = imageSize
    options.height = imageSize
    options.isSquare = !rect
    options.detection = DetectionOptions(confidence: confidence, overlap: overlap, limit: maxDet)
    options.detection.isAgnostic = isAgnostic
    options.precision = try Self.precision(named: precision)
    func index(_ text: Substring) throws -> Int {
      if let number = Int(text), model.classNames.indices.contains(number) { return number }
      guard let index = model.classNames.firstIndex(where: { $0.lowercased() == text.lowercased() }) else {
        throw ValidationError("the model has no class \(text); it has \(model.classNames.joined(separator: ", "))")
      }
      return index
    }
    if let classes { options.detection.classes = Set(try classes.split(separator: ",").map(index)) }
    for part in (classConf ?? "").split(separator: ",") {
      let pair = part.split(separator: "=")
      guard pair.count == 2, let value = Float(pair[1]), (0...1).contains(value) else {
        throw ValidationError("--class-conf \(part): expected NAME=PROBABILITY")
      }
      options.detection.classConfidence[try index(pair[0])] = value
    }
    return Detector(model, options: options)
  }
}
