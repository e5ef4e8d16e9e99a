import ArgumentParser
import Evaluation
import Foundation
import GELAN
import Inference
import Scene

/// `yolostream val`: how well a model finds the objects of a data set.
struct ValCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "val", abstract: "Measure a model on labelled pictures: AP and AR as the COCO benchmark counts them.",
    discussion: """
      Pictures are letterboxed to a square, a box counts for every class above the confidence. Class names of the model
      and of the data are matched, PASCAL VOC's with COCO's too.
      Examples:
        yolostream val --model yolov9-c.pt --data instances_val2017.json --images val2017/
        yolostream val --model mine.safetensors --data my-yolo-folder --plots plots/
      """)

  @OptionGroup var model: ModelOptions
  @Option(help: "Annotations in COCO format (.json), or a YOLO folder (classes.txt, images, labels).") var data: String
  @Option(help: "Folder of the pictures; otherwise looked for beside the annotations.") var images: String?
  @Option(help: "Part of a YOLO folder.") var split = "val"
  @Option(help: "f32, bf16, int8 or auto.") var precision = "auto"
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")],
    help: "Side of the input; otherwise what the model was trained on, or 640.")
  var imageSize: Int?
  @Option(name: [.customLong("conf"), .customLong("conf-thres")], help: "Lowest probability of a detection.")
  var confidence: Float = 0.001
  @Option(name: [.customLong("iou"), .customLong("iou-thres")], help: "Overlap above which the weaker box goes.")
  var overlap: Float = 0.7
  @Option(help: "Most detections a picture.") var maxDet = 300
  @Option(help: "Pictures worked on at the same time, one thread each.") var threads = 2
  @Option(help: "File for the detections, in the results format of the benchmark.") var saveJson: String?
  @Option(help: "Folder for precision-recall and confusion plots (SVG).") var plots: String?
  @Flag(help: "One JSON object in place of tables.") var json = false

  func validate() throws {
    guard (0...1).contains(confidence) else { throw ValidationError("--conf \(confidence): expected 0 to 1") }
    guard (0...1).contains(overlap) else { throw ValidationError("--iou \(overlap): expected 0 to 1") }
    if let imageSize, !(32...8192).contains(imageSize) || imageSize % 32 != 0 {
      throw ValidationError("--imgsz \(imageSize): expected a multiple of 32 from 32 to 8192")
    }
    guard (1...256).contains(threads) else { throw ValidationError("--threads \(threads): expected 1 to 256") }
    guard maxDet > 0 else { throw ValidationError("--max-det \(maxDet): expected 1 or more") }
    _ = try DetectionArguments.precision(named: precision)
  }

  func run() throws {
    if let saveJson { try DetectionResults.expectWritable(saveJson) }
    let truth =
      try data.lowercased().hasSuffix(".json")
      ? GroundTruth.read(coco: data) : GroundTruth.read(yoloFolder: data, split: split)
    let model = try model.load()
    let side = imageSize ?? model.imageSize ?? 640
    var options = try detectorOptions()
    (options.width, options.height) = (side, side)
    let detector = Detector(model, options: options)
    let names = truth.categories.map(\.name)
    let mapping = try ClassMapping(model: detector.classes.names, data: names, dataPath: data)
    for note in mapping.notes { print("yolostream: \(note)", to: &StandardError.shared) }

    let progress = ProgressLine(total: truth.pictures.count, unit: "pictures")
    let run = ValidationRun(
      truth: truth, folder: try truth.pictureFolder(given: images), detector: detector, classes: mapping.table,
      workers: threads)
    let outcome = try run.run { progress.show($0) }
    progress.finish()

    if let saveJson { try DetectionResults.write(outcome.found, of: truth, to: saveJson) }
    let result = AveragePrecision(truth: outcome.truth, found: outcome.found, classCount: names.count)
    if let plots {
      let confusion = ConfusionMatrix(truth: outcome.truth, found: outcome.found, classCount: names.count)
      try PlotFolder.write(precision: result, confusion: confusion, classNames: names, to: plots)
    }
    let report = ValidationReport(
      result, classNames: names, pictures: truth.pictures.count,
      detections: outcome.found.reduce(0) { $0 + $1.count }, precision: detector.precision.rawValue)
    print(json ? try report.jsonText() : report.text)
  }

  private func detectorOptions() throws -> Detector.Options {
    var options = Detector.Options()
    options.isSquare = true
    options.detection = DetectionOptions(confidence: confidence, overlap: overlap, limit: maxDet)
    options.detection.isMultiLabel = true
    options.precision = try DetectionArguments.precision(named: precision)
    return options
  }
}
