import ArgumentParser
import Checkpoints
import GELAN
import Scene

/// `yolostream model verify FILE`.
struct ModelVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that a file contains a complete network with finite weights.",
    discussion: """
      Nothing in the file is run. A file that fails gives one sentence and exit code 78.

      Example:
        yolostream model verify yolov9-t.pt
      """)

  @Argument(help: "A .pt checkpoint, a .safetensors file or an ONNX export.")
  var file: String

  func run() throws {
    let checkpoint = try Checkpoint(path: file)
    let network = try checkpoint.network()
    try checkpoint.readAll()
    _ = try checkpoint.inferenceModel(of: network)
    let head = network.spec.headStyle.boxGroups == 1 ? "dense" : "grouped"
    print(
      "\(file): good: \(network.spec.name), \(head) head, \(network.spec.classCount.counted("class", plural: "classes")), "
        + "\(checkpoint.tensors.count.counted("tensor")), \(network.isFolded ? "folded" : "not folded")")
  }
}
