import ArgumentParser
import Checkpoints
import Foundation
import GELAN

/// `yolostream model info NAME|FILE`.
struct ModelInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Print the layers, parameters and cost of a network.",
    discussion: """
      Cost is for one image of 640x640; folded is what runs at inference.

      Examples:
        yolostream model info yolov9-t
        yolostream model info mine.safetensors --layers
      """)

  @Argument(help: "A published name, such as gelan-c or yolov9-c, or a file of weights.")
  var model: String

  @Flag(help: "Print one line per layer.")
  var layers = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() throws {
    let report = try report()
    if json {
      try StandardOutput.write(try report.jsonText() + "\n")
    } else {
      print(report.text(withLayers: layers))
    }
  }

  private func report() throws -> ModelReport {
    if let spec = NetworkSpec.named(model) { return ModelReport(spec: spec) }
    guard FileManager.default.fileExists(atPath: model) else {
      throw ModelError(
        .unreadable, "\(model): no such file, and no network of that name\(NetworkSpec.suggestion(for: model))")
    }
    let checkpoint = try Checkpoint(path: model)
    return ModelReport(checkpoint: checkpoint, network: try checkpoint.network())
  }
}

extension NetworkSpec {
  /// Suggestions for the unknown network `name`: the nearest names, or all.
  static func suggestion(for name: String) -> String {
    Suggestion.text(for: name, orAllOf: (published + own).map(\.name))
  }
}
