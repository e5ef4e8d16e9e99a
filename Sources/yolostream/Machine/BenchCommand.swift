import ArgumentParser
import Foundation
import GELAN
import Inference
import Scene

/// `yolostream bench`: how fast this machine runs a network.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time a network, or the whole pipeline on a video.",
    discussion: """
      Examples:
        yolostream bench --model yolov9-t --size 640x640 --threads 2
        yolostream bench --network gelan-s --layers
        yolostream bench pipeline street.mp4
      """,
    subcommands: [BenchNetworkCommand.self, BenchPipelineCommand.self], defaultSubcommand: BenchNetworkCommand.self)
}

/// `yolostream bench network`: milliseconds per image.
struct BenchNetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Time a network.",
    discussion: """
      Example:
        yolostream bench network --network gelan-s --layers
      """)

  @OptionGroup(title: "Model") var model: ModelOptions

  @Option(help: "A network by its name, such as gelan-c, with random weights, in place of a model.")
  var network: String?

  @Option(help: "Height and width of the input.")
  var size = "640x640"

  @Option(help: PrecisionOption.help)
  var precision = PrecisionOption.automatic

  @Option(help: "Threads per image.")
  var threads = 2

  @Option(help: "Number of timed images.")
  var runs = 20

  @Flag(help: "Print the time of each step as well.")
  var layers = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard runs > 0 else { throw ValidationError("--runs \(runs): expected 1 or more") }
    try expect("--threads", threads, in: 1...256)
    _ = try sides
  }

  /// Height and width.
  private var sides: (height: Int, width: Int) {
    get throws {
      guard let (height, width) = size.sides(in: 32...8192), height % 32 == 0, width % 32 == 0 else {
        throw ValidationError(
          "--size \(size): expected HEIGHTxWIDTH, such as 480x640, both multiples of 32 from 32 to 8192")
      }
      return (height, width)
    }
  }

  func run() throws {
    let model: InferenceModel
    if let network {
      guard let spec = NetworkSpec.named(network) else {
        throw ValidationError("--network \(network): there is no such network\(NetworkSpec.suggestion(for: network))")
      }
      let made = InferenceModel(randomWeightsFor: spec)
      model = precision == .fixed(.int8) ? try NetworkBenchmark.quantised(made) : made
    } else {
      model = try self.model.load()
    }
    var options = Detector.Options()
    options.threads = threads
    let sides = try sides
    (options.height, options.width) = sides
    let choice = try precision.choice(for: model, options)
    options.precision = choice.precision
    let detector = Detector(model, options: options)
    let compiled = try detector.network(height: sides.height, width: sides.width)
    let benchmark = try NetworkBenchmark(compiled) { DispatchTime.now().uptimeNanoseconds }
    let report = NetworkTimes(
      name: model.spec.name, size: size, precision: options.precision.rawValue, threads: threads,
      choice: precision == .automatic ? choice : nil,
      times: try benchmark.times(runs: runs), steps: layers ? try benchmark.stepTimes(runs: runs) : [])
    try StandardOutput.write((json ? try report.jsonText(keys: .convertToSnakeCase) : report.text) + "\n")
  }
}
