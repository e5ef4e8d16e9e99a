import ArgumentParser
import Checkpoints
import GELAN
import Scene

/// `yolostream model convert IN OUT`.
struct ModelConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a checkpoint as a self-describing .safetensors file, ready to run.",
    discussion: """
      Drops the training-only branch, folds batch normalisation and merges re-parameterised branches.

      Example:
        yolostream model convert yolov9-c.pt gelan-c.safetensors
      """)

  enum Precision: String, ExpressibleByArgument, CaseIterable { case f32, f16 }

  @Argument(help: "A .pt checkpoint, a .safetensors file or an ONNX export.")
  var input: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(help: "Storage of weights: f32 is exact, f16 is half the size.")
  var precision: Precision = .f32

  @Option(help: "Licence of the weights. (default: as stated in the file)")
  var licence: String?

  @OptionGroup var overwriting: OverwriteArguments

  func validate() throws {
    guard output.hasSuffix(".safetensors") else {
      throw ValidationError("cannot write \(output): expected a name ending in .safetensors")
    }
  }

  func run() throws {
    try overwriting.expectNew(output)
    let checkpoint = try Checkpoint(path: input)
    let network = try checkpoint.network()
    let model = try checkpoint.inferenceModel(of: network)
    let name = input.split(separator: "/").last.map(String.init) ?? input
    let part = checkpoint.description.origin.map { ", \($0)" } ?? ""
    try model.write(
      to: output, elementType: precision == .f16 ? .float16 : .float32,
      licence: licence ?? checkpoint.description.licence,
      origin: "converted from \(name) (\(network.spec.name)\(part))")
    print(
      "\(output): \(model.spec.name), \(model.classNames.count.counted("class", plural: "classes")), \(precision.rawValue)"
    )
  }
}
