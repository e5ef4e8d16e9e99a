import ArgumentParser
import Foundation
import GELAN
import ModelStore

/// Which weights to run.
struct ModelOptions: ParsableArguments {
  @Option(
    name: [.customLong("model"), .customLong("weights")],
    help: ArgumentHelp(
      "Checkpoint (official .pt, Ultralytics .pt, or .safetensors), or the name of one that 'model pull' has fetched; "
        + "otherwise the model that comes with the package.",
      valueName: "file|name"))
  var model: String?

  /// The path of the weights.
  var path: String {
    get throws {
      guard let model else {
        if let path = DefaultModel.path { return path }
        throw ValidationError(
          "no model was named, and the one that comes with the package is not beside the program: give --model FILE")
      }
      // A file of that name comes first.
      guard let released = ReleasedModel.named(model), !FileManager.default.fileExists(atPath: model) else {
        return model
      }
      let cache = ModelCache()
      guard cache.has(released) else {
        throw ModelError(
          .unreadable, "\(model): there is no such file, and it was not fetched yet: yolostream model pull \(model)")
      }
      return cache.path(of: released)
    }
  }

  func load() throws -> InferenceModel { try InferenceModel(path: path) }
}
