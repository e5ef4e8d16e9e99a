#if Full
import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import GELAN
import Inference

/// `yolostream model quantize IN --calibrate IMAGES -o OUT`.
struct ModelQuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Quantise a model to int8.",
    discussion: """
      Weights are rounded channel by channel, the values between layers by scales that are measured on images of the \
      intended kind; a hundred are enough, and none of them should be among those it is validated on. With --data the \
      accuracy is measured before and after. When it falls by more than --max-drop, the layers that hurt most stay in \
      floating point; when that does not help either, nothing is written and the exit code is 69.

      Examples:
        yolostream model quantize t.pt --calibrate images/ -o t-int8.safetensors
        yolostream model quantize mine.safetensors --calibrate street.mp4 \\
          --data instances.json -o mine-int8.safetensors
      """)

  @Argument(help: "A .pt checkpoint, a .safetensors file or an ONNX export.") var input: String
  @OptionGroup(title: "Calibration") var calibration: CalibrationArguments
  @OptionGroup(title: "Accuracy") var accuracy: AccuracyArguments
  @Option(name: .shortAndLong, help: "The file to write.") var output: String
  @OptionGroup var overwriting: OverwriteArguments
  @Flag(
    help: "Keep the original weights besides the int8 scales: f32 and bf16 give exactly the same results as before.")
  var keepWeights = false

  /// Calibration options.
  struct CalibrationArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Images to calibrate on: a folder, an image or a video.", valueName: "path"))
    var calibrate: String
    @Option(
      name: .customLong("calibration-images"),
      help: ArgumentHelp("Most images to calibrate on, spread evenly.", valueName: "count"))
    var images = 100
    @Option(
      name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")],
      help: "Side of the input. (default: the training size of the model, or 640)")
    var imageSize: Int?
    @Option(help: "Threads.") var threads = 2

    func validate() throws {
      guard images > 0 else { throw ValidationError("--calibration-images \(images): expected 1 or more") }
      try expect("--threads", threads, in: 1...256)
      if let imageSize, !(32...8192).contains(imageSize) || imageSize % 32 != 0 {
        throw ValidationError("--imgsz \(imageSize): expected a multiple of 32 from 32 to 8192")
      }
    }
  }

  /// Accuracy options.
  struct AccuracyArguments: ParsableArguments {
    @Option(help: "Labelled images to measure accuracy on, as for val.") var data: String?
    @Option(help: "Folder of those images. (default: that of the data set)") var images: String?
    @Option(help: "Largest loss of AP in percentage points.") var maxDrop = 0.5

    func validate() throws {
      guard maxDrop >= 0 else { throw ValidationError("--max-drop \(maxDrop): expected 0 or more") }
    }
  }

  func run() throws {
    try overwriting.expectNew(output)
    var quantisation = ModelQuantisation(input: input, output: output, calibrate: calibration.calibrate)
    quantisation.images = calibration.images
    quantisation.data = accuracy.data.map { (path: $0, images: accuracy.images) }
    quantisation.maxDrop = accuracy.maxDrop
    quantisation.side = calibration.imageSize
    quantisation.threads = calibration.threads
    quantisation.keepsWeights = keepWeights
    try quantisation.run()
  }
}
#endif
