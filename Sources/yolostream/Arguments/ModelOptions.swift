import ArgumentParser
import Checkpoints
import GELAN

/// The weights to run.
struct ModelOptions: ParsableArguments {
  @Option(
    name: [.customLong("model"), .customLong("weights")],
    help: ArgumentHelp(
      "Checkpoint (official .pt, Ultralytics .pt, .safetensors or .onnx), or the name of one that 'model pull' has fetched; "
        + "otherwise the model that comes with the package.",
      valueName: "file|name"))
  var model: String?

  func load() throws -> InferenceModel { try InferenceModel(path: DefaultModel.path(of: model)) }
}
