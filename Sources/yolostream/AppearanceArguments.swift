import ArgumentParser
import Outputs
import Streaming

/// How annotated frames look, and labels.
struct AppearanceArguments: ParsableArguments {
  @Flag(help: "Labels show the score.")
  var saveConf = false

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

  func apply(to options: inout StreamOptions) {
    options.labelsShowScores = saveConf
    options.style.lineWidth = lineThickness
    options.style.showsLabels = !hideLabels
    options.style.showsScores = !hideConf
  }
}
