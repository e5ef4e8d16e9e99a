import ArgumentParser
import Dispatch
import Foundation
import GELAN
import Inference
import ModelStore
import Settings

/// `--precision`: the data type that the network is computed in.
enum PrecisionOption: Hashable, Sendable, ExpressibleByArgument {
  /// The fastest one on this machine, by measurement.
  case automatic
  /// A given one.
  case fixed(CompilationOptions.Precision)

  static let help: ArgumentHelp =
    "f32, bf16, int8 or auto: the fastest, as measured at the first use of a model on this machine."

  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let precision = CompilationOptions.Precision(rawValue: argument == "fp32" ? "f32" : argument) {
      self = .fixed(precision)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { ["auto"] + CompilationOptions.Precision.allCases.map(\.rawValue) }
  var defaultValueDescription: String {
    switch self {
    case .automatic: "auto"
    case .fixed(let precision): precision.rawValue
    }
  }

  /// The precision for a detector with `options`. Measures it at the first use.
  func choice(for model: InferenceModel, _ options: Detector.Options) throws(InferenceError) -> PrecisionChoice {
    switch self {
    case .fixed(let precision): PrecisionChoice(only: precision)
    case .automatic:
      try Self.measurement.choice(
        for: model, height: options.height, width: options.width, threads: options.threads)
    }
  }

  private static let measurement = AutomaticPrecision(
    cache: PrecisionCache(folder: ModelCache().folder + "/precision"), program: "\(ProgramVersion.current) \(built)",
    clock: { DispatchTime.now().uptimeNanoseconds })

  /// Modification time of the program: another build may have other kernels.
  private static var built: Int {
    let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
    let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    return Int(date?.timeIntervalSince1970 ?? 0)
  }
}
