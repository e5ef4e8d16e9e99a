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

  /// A result that is worse than asked for.
  static let tooInaccurate = ExitCode(69)

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

  func validate() throws {
    guard pictures > 0 else { throw ValidationError("--pictures \(pictures): expected 1 or more") }
    guard maxDrop >= 0 else { throw ValidationError("--max-drop \(maxDrop): expected 0 or more") }
    try expect("--threads", threads, in: 1...256)
    if let imageSize, !(32...8192).contains(imageSize) || imageSize % 32 != 0 {
      throw ValidationError("--imgsz \(imageSize): expected a multiple of 32 from 32 to 8192")
    }
  }

  func run() throws {
    try InferenceModel.expectWritable(output)
    let model = try InferenceModel(path: input)
    guard model.quantisation == nil else { throw ModelError(.mismatch, "\(input): is quantised already") }
    let side = imageSize ?? model.imageSize ?? 640
    let probe = try data.map { try AccuracyProbe(data: $0, images: images, threads: threads) }

    let calibration = try Calibration(model, side: side, threads: threads)
    let progress = ProgressLine(total: pictures, unit: "calibration pictures")
    try CalibrationSet(calibrate, limit: pictures).show(to: calibration) { progress.show($0) }
    progress.finish()
    let quantiser = Quantiser(calibration)
    print("\(calibration.pictureCount) pictures of \(calibrate), scales by \(Self.methods(of: quantiser))")

    var record = [
      "precision": "int8, weights of 7 bits",
      "calibration": "\(calibration.pictureCount) pictures of \(name(calibrate))",
      "methods": Self.methods(of: quantiser),
    ]
    var result = quantiser.model()
    if let probe {
      let outcome = try search(quantiser, calibration, probe, side: side, record: &record)
      result = outcome.model
    }
    result.quantisation?.record = record
    try result.write(
      to: output, licence: try Checkpoint(path: input).description.licence,
      origin: "quantised from \(name(input)) (\(model.spec.name))")
    let count = result.quantisation?.weights.count ?? 0
    print("\(output): \(model.spec.name), \(count) of \(model.graph.convolutions.count) convolutions in int8")
  }

  /// The model that is accurate enough; prints what it measures.
  private func search(
    _ quantiser: Quantiser, _ calibration: Calibration, _ probe: AccuracyProbe, side: Int,
    record: inout [String: String]
  ) throws -> Quantiser.Outcome {
    let before = try probe.points(of: calibration.model, precision: .f32, side: side, isFirst: true)
    print("AP before: \(before.text(2))")
    let outcome = try quantiser.search(
      floor: before - maxDrop,
      ranking: {
        let progress = ProgressLine(total: quantiser.layers.count, unit: "layers")
        let sensitivity = try Sensitivity(quantiser, calibration, threads: threads)
        let ranking = try sensitivity.ranking { progress.show($0) }
        progress.finish()
        return ranking.map(\.layer)
      },
      accuracy: { variant in
        let points = try probe.points(of: variant, precision: .int8, side: side)
        let count = variant.quantisation?.weights.count ?? 0
        print("AP after: \(points.text(2)) with \(count) convolutions in int8")
        return points
      })
    let drop = before - outcome.accuracy
    guard drop <= maxDrop else {
      print(
        "yolostream: \(output): not written: AP fell by \(drop.text(2)) points, expected at most \(maxDrop.text(2)) "
          + "(--max-drop)", to: &StandardError.shared)
      throw Self.tooInaccurate
    }
    record["ap"] = "\(before.text(2)) before, \(outcome.accuracy.text(2)) after, on \(name(probe.data))"
    if !outcome.kept.isEmpty { record["kept"] = outcome.kept.joined(separator: " ") }
    return outcome
  }

  private static func methods(of quantiser: Quantiser) -> String {
    let counts = Dictionary(grouping: quantiser.scales.values, by: \.method).mapValues(\.count)
    return RangeMethod.allCases.compactMap { method in counts[method].map { "\(method.rawValue) (\($0))" } }
      .joined(separator: ", ")
  }

  private func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
