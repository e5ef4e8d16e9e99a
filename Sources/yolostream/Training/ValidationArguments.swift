#if Full
import ArgumentParser

/// Data options of `val`.
struct ValidationDataArguments: ParsableArguments {
  @Option(help: "data.yaml, obj.data, annotations in COCO format (.json), or a folder.") var data: String
  @Option(help: "Folder of the images. (default: that of the data set)") var images: String?
  @Option(help: "Split of the data: val, train or test.") var split = "val"
}

/// Model and detection options of `val`.
struct ValidationDetectionArguments: ParsableArguments {
  @Option(help: PrecisionOption.help) var precision = PrecisionOption.automatic
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")],
    help: "Side of the input. (default: the training size of the model, or 640)")
  var imageSize: Int?
  @Option(name: [.customLong("conf"), .customLong("conf-thres")], help: "Confidence threshold.")
  var confidence: Float = 0.001
  @Option(name: [.customLong("iou"), .customLong("iou-thres")], help: "IoU above which NMS removes the weaker box.")
  var overlap: Float = 0.7
  @Option(help: "Most detections per image.") var maxDet = 300
  @Option(help: "Images processed at the same time, one thread each.") var threads = 2
  @Option(help: "Score the detections of a results file (COCO format) instead of running a model.")
  var results: String?

  func validate() throws {
    guard (0...1).contains(confidence) else { throw ValidationError("--conf \(confidence): expected 0 to 1") }
    guard (0...1).contains(overlap) else { throw ValidationError("--iou \(overlap): expected 0 to 1") }
    if let imageSize, !(32...8192).contains(imageSize) || imageSize % 32 != 0 {
      throw ValidationError("--imgsz \(imageSize): expected a multiple of 32 from 32 to 8192")
    }
    try expect("--threads", threads, in: 1...256)
    guard maxDet > 0 else { throw ValidationError("--max-det \(maxDet): expected 1 or more") }
  }
}

/// Output options of `val`.
struct ValidationOutputArguments: ParsableArguments {
  @Option(help: "File for the detections, in the results format of the benchmark.") var saveJson: String?
  @OptionGroup var overwriting: OverwriteArguments
  @Option(help: "Folder for precision-recall and confusion plots (SVG).") var plots: String?
  @Flag(help: "Print the confusion matrix.") var confusion = false
  @Flag(help: "Print JSON.") var json = false
}
#endif
