#if Full
import ArgumentParser
import Evaluation
import Foundation
import GELAN
import Inference
import Outputs
import Training

/// `yolostream val`: measures the accuracy of a model on a data set.
struct ValCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "val", abstract: "Measure a model on labelled images: AP and AR as in the COCO benchmark.",
    discussion: """
      Examples:
        yolostream val --model yolov9-c.pt --data instances.json --images val2017/
        yolostream val --results found.json --data instances.json --confusion
        yolostream val --model mine.safetensors --data data.yaml --plots plots/

      Images are letterboxed to a square, a box counts for every class above the confidence. Class names of the model and of \
      the data are matched, PASCAL VOC's with COCO's too. Data is what train takes: data.yaml (Ultralytics, Roboflow, CVAT), \
      obj.data, a COCO file, a folder with one of these, a Pascal VOC folder, or a folder of images with YOLO labels and \
      classes.txt (LabelImg). What is left out, repaired or kept as background is counted and named.
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Data") var source: ValidationDataArguments
  @OptionGroup(title: "Detection") var detection: ValidationDetectionArguments
  @OptionGroup(title: "Output") var output: ValidationOutputArguments

  func run() throws {
    try AddressSpace.check()
    if let path = output.saveJson {
      try output.overwriting.expectNew(path)
      try DetectionResults.expectWritable(path)
    }
    if let plots = output.plots {
      try output.overwriting.expectEmpty(plots)
      // A measurement takes long: what its plots cannot be written to is found before it.
      try OutputFolder.make(plots)
    }
    let truth = try GroundTruth.toMeasureOn(
      source.data, split: source.split, images: source.images, needsImages: detection.results == nil)
    if let results = detection.results { return try score(results, against: truth) }
    let model = try model.load()
    var validation = Validation(
      truth, side: detection.imageSize ?? model.imageSize ?? 640, workers: detection.threads)
    validation.options.precision = try detection.precision.choice(for: model, validation.options).precision
    validation.options.detection.confidence = detection.confidence
    validation.options.detection.overlap = detection.overlap
    validation.options.detection.limit = detection.maxDet
    let names = truth.classNames
    let mapping = try ClassMapping(model: model.classNames, data: names, dataPath: source.data)
    for note in mapping.notes { StandardError.say("\(note)") }

    let progress = ProgressLine(total: truth.images.count, unit: "images")
    validation.progress = { progress.show($0) }
    let outcome = try validation.measure(model, classes: mapping.table)
    progress.finish()
    truth.problems.adding(outcome.problems).print()

    if let path = output.saveJson { try DetectionResults.write(Self.declared(outcome, of: truth), of: truth, to: path) }
    if let plots = output.plots {
      let confusion = ConfusionMatrix(truth: outcome.truth, found: outcome.found, classCount: names.count)
      try PlotFolder.write(precision: outcome.precision, confusion: confusion, classNames: names, to: plots)
    }
    let report = ValidationReport(
      outcome.precision, classNames: names, images: outcome.imageCount,
      detections: outcome.found.reduce(0) { $0 + $1.count },
      precision: outcome.arithmetic.rawValue)
    try StandardOutput.write((output.json ? try report.jsonText() : report.text) + "\n")
    if output.confusion, !output.json { print("\n" + ConfusionMatrix(outcome, names).table(names)) }
  }

  /// The detections in the pixels that the boxes of `truth` refer to: images may be resized after labelling.
  private static func declared(_ outcome: Validation.Measurement, of truth: GroundTruth) -> [[FoundObject]] {
    guard outcome.problems.contains(where: { $0.kind == .resizedImage }) else { return outcome.found }
    return zip(truth.images, outcome.found).map { image, found in
      guard case .whole(let actual?) = ImageCheck(path: image.path) else { return found }
      return image.declared(found, in: actual)
    }
  }

  /// Scores existing detections. Only images whose boxes are fractions are read, for their size.
  private func score(_ results: String, against truth: GroundTruth) throws {
    let found = try DetectionResults.read(results, of: truth)
    let names = truth.classNames
    if let note = found.note { StandardError.say("\(results): \(note)") }
    let problems = truth.problems.adding(found.problems)
    problems.print()
    let objects = try truth.images.map { image in
      guard image.size == .unit else { return image.objects }
      guard case .whole(let size?) = ImageCheck(path: image.path) else {
        throw EvaluationError(.unreadable, file: image.path, "expected an image, to take the size of its boxes from")
      }
      return image.objects(in: size)
    }
    let precision = AveragePrecision(truth: objects, found: found.objects, classCount: names.count)
    let report = ValidationReport(
      precision, classNames: names, images: truth.images.count,
      detections: found.objects.reduce(0) { $0 + $1.count }, precision: "detections of \(results)")
    try StandardOutput.write((output.json ? try report.jsonText() : report.text) + "\n")
    let matrix = ConfusionMatrix(truth: objects, found: found.objects, classCount: names.count)
    if let plots = output.plots {
      try PlotFolder.write(precision: precision, confusion: matrix, classNames: names, to: plots)
    }
    if output.confusion, !output.json { print("\n" + matrix.table(names)) }
  }
}

extension ConfusionMatrix {
  /// The confusion matrix of a measurement.
  fileprivate init(_ outcome: Validation.Measurement, _ names: [String]) {
    self.init(truth: outcome.truth, found: outcome.found, classCount: names.count)
  }

  /// The counts as text, a row for each pair that occurs: true class, detected class, count.
  func table(_ names: [String]) -> String {
    let labels = names + ["background"]
    let width = max(10, labels.map(\.count).max() ?? 0) + 2
    var lines = ["truth".padded(width) + "found".padded(width) + "count"]
    for truth in labels.indices {
      for found in labels.indices where self[truth: truth, found: found] > 0 {
        lines.append(labels[truth].padded(width) + labels[found].padded(width) + "\(self[truth: truth, found: found])")
      }
    }
    return lines.joined(separator: "\n")
  }
}
#endif
