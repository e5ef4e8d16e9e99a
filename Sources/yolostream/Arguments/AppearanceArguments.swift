import ArgumentParser
import Outputs
import Streaming

/// Content of labels and results, and the look of annotated frames.
struct AppearanceArguments: ParsableArguments {
  @Flag(help: "Labels show the score.")
  var saveConf = false

  @Flag(help: "Labels end with the identity of the track, as Ultralytics' tracking writes them.")
  var saveId = false

  @Option(
    help: ArgumentHelp(
      "Annotations in COCO's format; COCO results get the identifiers of images and categories from them.",
      valueName: "file"))
  var cocoReference: String?

  @Option(
    name: [.customLong("line-thickness"), .customLong("line-width")], help: "Width of box lines in pixels.")
  var lineThickness: Int?

  @Flag(help: "Draw boxes without labels.")
  var hideLabels = false

  @Flag(help: "Draw labels without scores.")
  var hideConf = false

  func validate() throws {
    if let lineThickness, !(1...100).contains(lineThickness) {
      throw ValidationError("--line-thickness \(lineThickness): expected 1 to 100")
    }
  }

  func apply(to options: inout StreamOptions) throws {
    options.labelsShowScores = saveConf
    options.labelsShowIdentities = saveId
    options.coco = try cocoReference.map { path throws(OutputError) in try COCOReference(path: path) }
    options.style.lineWidth = lineThickness
    options.style.showsLabels = !hideLabels
    options.style.showsScores = !hideConf
  }
}
