import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import GELAN
import Inference

/// `yolostream model quantize IN --calibrate PICTURES -o OUT`.
struct ModelQuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Make a model that computes in whole numbers of eight bits.",
    discussion: """
      Weights are rounded channel by channel, the values between layers by scales that pictures of the intended kind tell;
      a hundred are enough, and none of them should be among those it is validated on. With --data the accuracy is measured
      before and after. When it falls by more than --max-drop, the layers that hurt most stay in real numbers; when that
      does not help either, nothing is written and the exit code is 69.
      Examples:
        yolostream model quantize yolov9-t.pt --calibrate pictures/ -o yolov9-t-int8.safetensors
        yolostream model quantize mine.safetensors --calibrate street.mp4 --data instances.json -o mine-int8.safetensors
      """)

  @Argument(help: "A .pt checkpoint or a .safetensors file.") var input: String
  @Option(help: ArgumentHelp("Pictures to calibrate on: a folder, a picture or a video.", valueName: "path"))
  var calibrate: String
  @Option(name: .shortAndLong, help: "The file to write; one that is there is replaced.") var output: String
  @Option(help: "Most pictures to calibrate on, spread evenly.") var pictures = 100
  @Option(help: "Labelled pictures to measure on, as val takes them.") var data: String?
  @Option(help: "Folder of those pictures; otherwise where the data has them.") var images: String?
  @Option(help: "Most points of AP that may be lost.") var maxDrop = 0.5
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")],
    help: "Side of the input; otherwise what the model was trained on, or 640.")
  var imageSize: Int?
  @Option(help: "Threads.") var threads = 2
  @Flag(help: "Keep the original weights beside the int8 scales: f32 and bf16 stay exactly as they were.")
  var keepWeights = false

  func validate() throws {
    guard pictures > 0 else { throw ValidationError("--pictures \(pictures): expected 1 or more") }
    guard maxDrop >= 0 else { throw ValidationError("--max-drop \(maxDrop): expected 0 or more") }
    try expect("--threads", threads, in: 1...256)
    if let imageSize, !(32...8192).contains(imageSize) || imageSize % 32 != 0 {
      throw ValidationError("--imgsz \(imageSize): expected a multiple of 32 from 32 to 8192")
    }
  }

  func run() throws {
    var quantisation = ModelQuantisation(input: input, output: output, calibrate: calibrate)
    quantisation.images = pictures
    quantisation.data = data.map { (path: $0, images: images) }
    quantisation.maxDrop = maxDrop
    quantisation.side = imageSize
    quantisation.threads = threads
    quantisation.keepsWeights = keepWeights
    try quantisation.run()
  }
}
