import ArgumentParser
import Capture
import Checkpoints
import GELAN
import Inference
import Scene

/// `yolostream model outputs MODEL IMAGE -o FILE`.
struct ModelOutputsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outputs", abstract: "Write what a network computes for an image, before boxes are selected.",
    discussion: """
      The file holds the tensors input (bytes, 1 x 3 x height x width, RGB, the image letterboxed to a square), boxes (f32, \
      1 x 4 x anchors: centre x, centre y, width and height in pixels of the input) and scores (f32, 1 x classes x anchors): \
      the outputs of an ONNX export, to compare it with. Everything is computed in f32.

      Example:
        yolostream model outputs yolov9t.onnx bus.jpg -o outputs.safetensors
      """)

  @Argument(help: "A .pt checkpoint, a .safetensors file or an ONNX export.")
  var model: String

  @Argument(help: "An image.")
  var image: String

  @Option(name: [.short, .long], help: "The file to write.")
  var output: String

  @Option(help: "Side of the network's input in pixels. (default: as stated in the file, or 640)")
  var imgsz: Int?

  @OptionGroup var overwriting: OverwriteArguments

  func validate() throws {
    guard output.hasSuffix(".safetensors") else {
      throw ValidationError("cannot write \(output): expected a name ending in .safetensors")
    }
    if let imgsz {
      try expect("--imgsz", imgsz, in: 32...8192)
      guard imgsz % 32 == 0 else { throw ValidationError("--imgsz \(imgsz): expected a multiple of 32") }
    }
  }

  func run() throws {
    try overwriting.expectNew(output)
    let network = try InferenceModel(path: model)
    let side = imgsz ?? network.imageSize ?? 640
    var options = Detector.Options()
    (options.width, options.height, options.isSquare) = (side, side, true)
    options.precision = .f32
    let worker = DetectionWorker(Detector(network, options: options))
    let outputs = try worker.outputs(try ImageFile(path: image).read())
    let anchors = outputs.anchorCount, classes = network.classNames.count
    try SafetensorsFile.write(
      [
        .init(
          name: "input", tensor: WeightTensor(shape: [1, 3, outputs.height, outputs.width], values: outputs.input),
          elementType: .uint8),
        .init(name: "boxes", tensor: WeightTensor(shape: [1, 4, anchors], values: outputs.boxes)),
        .init(name: "scores", tensor: WeightTensor(shape: [1, classes, anchors], values: outputs.scores)),
      ], metadata: ["network": network.spec.name], to: output)
    let names = classes.counted("class", plural: "classes")
    print("\(output): \(network.spec.name), \(anchors) boxes, \(names), \(side)x\(side)")
  }
}
