import ArgumentParser
import Evaluation
import Foundation
import GELAN
import Inference
import Training

/// `yolostream val`: how well a model finds the objects of a data set.
struct ValCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "val", abstract: "Measure a model on labelled images: AP and AR as the COCO benchmark counts them.",
    discussion: """
      Images are letterboxed to a square, a box counts for every class above the confidence. Class names of the model
      and of the data are matched, PASCAL VOC's with COCO's too.
      Data is what train takes: data.yaml (Ultralytics, Roboflow, CVAT), obj.data, a COCO file, a folder with one of these,
      a Pascal VOC folder, or a folder of images with YOLO labels and classes.txt (LabelImg). What is left out, repaired or
      kept as background is counted and named.
      Examples:
        yolostream val --model yolov9-c.pt --data instances_val2017.json --images val2017/
        yolostream val --results found.json --data instances_val2017.json --confusion
        yolostream val --model mine.safetensors --data data.yaml --plots plots/
      """)

  @OptionGroup var model: ModelOptions
  @Option(help: "data.yaml, obj.data, annotations in COCO format (.json), or a folder.") var data: String
  @Option(help: "Folder of the images; otherwise where the data has them.") var images: String?
  @Option(help: "Part of the data: val, train or test.") var split = "val"
  @Option(help: PrecisionOption.help) var precision = PrecisionOption.automatic
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")],
    help: "Side of the input; otherwise what the model was trained on, or 640.")
  var imageSize: Int?
  @Option(name: [.customLong("conf"), .customLong("conf-thres")], help: "Lowest probability of a detection.")
  var confidence: Float = 0.001
  @Option(name: [.customLong("iou"), .customLong("iou-thres")], help: "Overlap above which the weaker box goes.")
  var overlap: Float = 0.7
  @Option(help: "Most detections per image.") var maxDet = 300
  @Option(help: "Images worked on at the same time, one thread each.") var threads = 2
  @Option(help: "File for the detections, in the results format of the benchmark.") var saveJson: String?
  @Option(help: "Folder for precision-recall and confusion plots (SVG).") var plots: String?
  @Option(help: "Score the detections of a results file (COCO format) in place of running a model.") var results:
    String?
  @Flag(help: "Print what each class was taken for.") var confusion = false
  @Flag(help: "One JSON object in place of tables.") var json = false

  func validate() throws {
    guard (0...1).contains(confidence) else { throw ValidationError("--conf \(confidence): expected 0 to 1") }
    guard (0...1).contains(overlap) else { throw ValidationError("--iou \(overlap): expected 0 to 1") }
    if let imageSize, !(32...8192).contains(imageSize) || imageSize % 32 != 0 {
      throw ValidationError("--imgsz \(imageSize): expected a multiple of 32 from 32 to 8192")
    }
    try expect("--threads", threads, in: 1...256)
    guard maxDet > 0 else { throw ValidationError("--max-det \(maxDet): expected 1 or more") }
  }

  func run() throws {
    if let saveJson { try DetectionResults.expectWritable(saveJson) }
    let truth = try GroundTruth.toMeasureOn(data, split: split, images: images, needsImages: results == nil)
    if let results { return try score(results, against: truth) }
    let model = try model.load()
    var validation = Validation(truth, side: imageSize ?? model.imageSize ?? 640, workers: threads)
    validation.options.precision = try precision.choice(for: model, validation.options).precision
    validation.options.detection.confidence = confidence
    validation.options.detection.overlap = overlap
    validation.options.detection.limit = maxDet
    let names = truth.classNames
    let mapping = try ClassMapping(model: model.classNames, data: names, dataPath: data)
    for note in mapping.notes { print("yolostream: \(note)", to: &StandardError.shared) }

    let progress = ProgressLine(total: truth.images.count, unit: "images")
    let outcome = try validation.measure(model, classes: mapping.table) { progress.show($0) }
    progress.finish()
    truth.problems.adding(outcome.problems).print()

    if let saveJson { try DetectionResults.write(outcome.found, of: truth, to: saveJson) }
    if let plots {
      let confusion = ConfusionMatrix(truth: outcome.truth, found: outcome.found, classCount: names.count)
      try PlotFolder.write(precision: outcome.precision, confusion: confusion, classNames: names, to: plots)
    }
    let report = ValidationReport(
      outcome.precision, classNames: names, images: outcome.imageCount,
      detections: outcome.found.reduce(0) { $0 + $1.count },
      precision: outcome.arithmetic.rawValue)
    print(json ? try report.jsonText() : report.text)
    if confusion, !json { print("\n" + ConfusionMatrix(outcome, names).table(names)) }
  }

  /// Scores detections that are there already. Only images whose boxes are fractions are read, for their size.
  private func score(_ results: String, against truth: GroundTruth) throws {
    let found = try DetectionResults.read(results, of: truth)
    let names = truth.classNames
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
    print(json ? try report.jsonText() : report.text)
    let matrix = ConfusionMatrix(truth: objects, found: found.objects, classCount: names.count)
    if let plots { try PlotFolder.write(precision: precision, confusion: matrix, classNames: names, to: plots) }
    if confusion, !json { print("\n" + matrix.table(names)) }
  }
}

extension ConfusionMatrix {
  /// What the classes were taken for in a measurement.
  fileprivate init(_ outcome: Validation.Measurement, _ names: [String]) {
    self.init(truth: outcome.truth, found: outcome.found, classCount: names.count)
  }

  /// The counts as rows of text, a row for each pair that occurs: what is there, what it was taken for, how often.
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
