import ArgumentParser
import Evaluation
import Foundation
import GELAN
import Inference
import Training

/// `yolostream val`: how well a model finds the objects of a data set.
struct ValCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "val", abstract: "Measure a model on labelled pictures: AP and AR as the COCO benchmark counts them.",
    discussion: """
      Pictures are letterboxed to a square, a box counts for every class above the confidence. Class names of the model
      and of the data are matched, PASCAL VOC's with COCO's too.
      Data is what train takes: a YOLO folder (classes.txt, images/SPLIT, labels/SPLIT, or without SPLIT), a COCO file
      or a folder with SPLIT.json, or a Pascal VOC folder. Bad labels and pictures are counted, named and passed over.
      Examples:
        yolostream val --model yolov9-c.pt --data instances_val2017.json --images val2017/
        yolostream val --model mine.safetensors --data my-yolo-folder --plots plots/
      """)

  @OptionGroup var model: ModelOptions
  @Option(help: "Annotations in COCO format (.json), or a COCO, YOLO or Pascal VOC folder.") var data: String
  @Option(help: "Folder of the pictures; otherwise where the data has them.") var images: String?
  @Option(help: "Part of a folder.") var split = "val"
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
    try expect("--threads", threads, in: 1...256)
    guard maxDet > 0 else { throw ValidationError("--max-det \(maxDet): expected 1 or more") }
    _ = try DetectionArguments.precision(named: precision)
  }

  func run() throws {
    if let saveJson { try DetectionResults.expectWritable(saveJson) }
    let truth = try GroundTruth.toMeasureOn(data, split: split, images: images)
    let model = try model.load()
    var validation = Validation(truth, side: imageSize ?? model.imageSize ?? 640, workers: threads)
    validation.options.precision = try DetectionArguments.precision(named: precision)
    validation.options.detection.confidence = confidence
    validation.options.detection.overlap = overlap
    validation.options.detection.limit = maxDet
    let names = truth.classNames
    let mapping = try ClassMapping(model: model.classNames, data: names, dataPath: data)
    for note in mapping.notes { print("yolostream: \(note)", to: &StandardError.shared) }

    let progress = ProgressLine(total: truth.pictures.count, unit: "pictures")
    let outcome = try validation.measure(model, classes: mapping.table) { progress.show($0) }
    progress.finish()
    outcome.problems.print()

    if let saveJson { try DetectionResults.write(outcome.found, of: truth, to: saveJson) }
    if let plots {
      let confusion = ConfusionMatrix(truth: outcome.truth, found: outcome.found, classCount: names.count)
      try PlotFolder.write(precision: outcome.precision, confusion: confusion, classNames: names, to: plots)
    }
    let report = ValidationReport(
      outcome.precision, classNames: names, pictures: truth.pictures.count - outcome.problems.count,
      detections: outcome.found.reduce(0) { $0 + $1.count },
      precision: outcome.arithmetic.rawValue)
    print(json ? try report.jsonText() : report.text)
  }
}
