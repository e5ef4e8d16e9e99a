import ArgumentParser
import Foundation
import GELAN
import Inference
import Settings
import Streaming

/// Thresholds of detections, and how the network runs.
struct DetectionArguments: ParsableArguments {
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")],
    help: ArgumentHelp(
      "Longest side of the input, or HxW. (default: the training size of the model, or 640)", valueName: "pixels"))
  var imageSize: String?

  @Option(name: [.customLong("conf"), .customLong("conf-thres")], help: "Confidence threshold.")
  var confidence: Float = 0.25

  @Option(name: [.customLong("iou"), .customLong("iou-thres")], help: "IoU above which NMS removes the weaker box.")
  var overlap: Float = 0.45

  @Option(help: "Most detections per frame.")
  var maxDet = 300

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Classes to detect, by name or number, such as person,car.", valueName: "class"))
  var classes: [String] = []

  @Option(help: ArgumentHelp("Confidence thresholds of single classes, such as person=0.5,car=0.4.", valueName: "list"))
  var classConf: String?

  @Option(help: ArgumentHelp("IoU thresholds of single classes, such as person=0.6,car=0.4.", valueName: "list"))
  var classIou: String?

  @Flag(name: .customLong("agnostic-nms"), help: "Boxes of different classes suppress each other.")
  var isAgnostic = false

  @Flag(inversion: .prefixedNo, help: "Use a rectangular input of the frame's aspect ratio instead of a square.")
  var rect = true

  @Option(
    help: ArgumentHelp(
      "Run the network on tiles, too, for small objects: columns, rows and their overlap. 2x2 costs five times as much.",
      valueName: "CxR[:overlap]"),
    transform: { try read($0, TileGrid.init(parsing:), expected: "1 to 16 columns and rows, such as 2x2 or 3x2:0.25") })
  var tile: TileGrid?

  @Option(help: PrecisionOption.help)
  var precision = PrecisionOption.automatic

  @Option(help: "Frames processed at the same time, one thread each.")
  var threads = Self.usualThreads
  static let usualThreads = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))

  @Option(help: .hidden)
  var device = "cpu"

  /// The words of `--classes`; the last is the input if none was named, since the list takes all words that follow.
  func words(hasInput: Bool) -> (classes: [String], input: String?) {
    !hasInput && classes.count > 1 ? (classes.dropLast(), classes.last) : (classes, nil)
  }

  func validate() throws {
    guard (0...1).contains(confidence) else { throw ValidationError("--conf \(confidence): expected 0 to 1") }
    guard (0...1).contains(overlap) else { throw ValidationError("--iou \(overlap): expected 0 to 1") }
    try expect("--threads", threads, in: 1...256)
    guard maxDet > 0 else { throw ValidationError("--max-det \(maxDet): expected 1 or more") }
    guard device == "cpu" || device.isEmpty else { throw ValidationError("--device \(device): expected cpu") }
    _ = try size(otherwise: 640)
  }

  private func size(otherwise usual: Int) throws -> (height: Int, width: Int) {
    guard let imageSize else { return (usual, usual) }
    guard let size = FrameSize(parsing: imageSize) else {
      throw ValidationError("--imgsz \(imageSize): expected \(FrameSize.form)")
    }
    return (size.height, size.width)
  }

  /// Creates the detector.
  ///
  /// - Parameters:
  ///   - classes: the words of `--classes`.
  ///   - floor: lowest score of detections for the tracker, which may be below the display threshold.
  func detector(for model: InferenceModel, classes words: [String], floor: Float?) throws -> Detector {
    let index = { (text: Substring) throws -> Int in
      if let number = Int(text), model.classNames.indices.contains(number) { return number }
      guard let index = model.classNames.firstIndex(where: { $0.lowercased() == text.lowercased() }) else {
        let suggestion = Suggestion(for: String(text), among: model.classNames).text
        throw ValidationError(
          "the model has no class \(text)"
            + (suggestion.isEmpty ? "; it has \(model.classNames.joined(separator: ", "))" : suggestion))
      }
      return index
    }
    var options = Detector.Options()
    (options.height, options.width) = try size(otherwise: model.imageSize ?? 640)
    options.isSquare = !rect
    options.tiles = tile
    options.precision = try precision.choice(for: model, options).precision
    options.detection = DetectionOptions(
      confidence: min(confidence, floor ?? confidence), overlap: overlap, limit: maxDet)
    options.detection.isAgnostic = isAgnostic
    options.detection.classConfidence = try pairs(classConf, of: "--class-conf", index)
    options.detection.classOverlap = try pairs(classIou, of: "--class-iou", index)
    let names = words.flatMap { $0.split(separator: ",") }
    if !names.isEmpty { options.detection.classes = Set(try names.map(index)) }
    return Detector(model, options: options)
  }

  /// A warning about the cost of tiles; `nil` without tiles.
  var cost: String? {
    tile.map {
      "--tile \($0): the network runs \($0.inferenceCount) times a frame, so detection takes about as many times as long"
    }
  }

  /// Thresholds at which detections of `detector` are shown.
  func shown(of detector: Detector) -> ShownScores {
    var shown = ShownScores()
    shown.lowest = confidence
    shown.ofClass = detector.options.detection.classConfidence
    return shown
  }

  /// Parses `person=0.5,car=0.4` to values by class index.
  private func pairs(
    _ text: String?, of option: String, _ index: (Substring) throws -> Int
  ) throws -> [Int: Float] {
    var result: [Int: Float] = [:]
    for part in (text ?? "").split(separator: ",") {
      let pair = part.split(separator: "=")
      guard pair.count == 2, let value = Float(pair[1]), (0...1).contains(value) else {
        throw ValidationError("\(option) \(part): expected CLASS=NUMBER with a number from 0 to 1")
      }
      result[try index(pair[0])] = value
    }
    return result
  }
}
