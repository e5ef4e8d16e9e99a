#if Full
import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import GELAN
import Inference
import Scene

/// Quantises a model to int8: the work of `model quantize` and `model pull --int8`.
struct ModelQuantisation {
  /// The exit code if too much accuracy is lost.
  static let tooInaccurate = ExitCode(69)

  let input, output: String
  /// Calibration images like those of the application: a folder, an image or a video.
  let calibrate: String
  /// Most calibration images.
  var images = 100
  /// Labelled images to measure accuracy on, and their folder.
  var data: (path: String, images: String?)?
  /// Largest loss of AP in percentage points.
  var maxDrop = 0.5
  /// Side of the input in pixels; `nil` uses the training size of the model, or 640.
  var side: Int?
  var threads = 2
  /// Whether the file keeps the original weights.
  var keepsWeights = false

  /// Quantises and writes the model; prints measurements.
  func run() throws {
    try InferenceModel.expectWritable(output)
    let model = try InferenceModel(path: input)
    guard model.quantisation == nil else { throw ModelError(.mismatch, "\(input): is quantised already") }
    let side = self.side ?? model.imageSize ?? 640
    let probe = try data.map { try AccuracyProbe(data: $0.path, images: $0.images, threads: threads) }

    let calibration = try Calibration(model, side: side, threads: threads)
    let progress = ProgressLine(total: images, unit: "calibration images")
    try CalibrationSet(calibrate, limit: images).show(to: calibration) { progress.show($0) }
    progress.finish()
    let quantiser = Quantiser(calibration, keepsWeights: keepsWeights)
    print("\(calibration.imageCount.counted("image")) of \(calibrate), scales by \(Self.methods(of: quantiser))")

    var record = [
      "precision": "int8, weights of 7 bits",
      "calibration": "\(calibration.imageCount.counted("image")) of \(name(calibrate))",
      "methods": Self.methods(of: quantiser),
    ]
    var result = quantiser.model()
    if let probe {
      let outcome = try search(quantiser, calibration, probe, side: side, record: &record)
      result = outcome.model
    }
    result.quantisation?.record = record
    try result.write(
      to: output, elementType: keepsWeights ? model.exactElementType : .float32,
      licence: try Checkpoint(path: input).description.licence,
      origin: "quantised from \(name(input)) (\(model.spec.name))")
    let count = result.quantisation?.weights.count ?? 0
    print("\(output): \(model.spec.name), \(count) of \(model.graph.convolutions.count) convolutions in int8")
  }

  /// Searches for a model that is accurate enough; prints measurements.
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
      StandardError.say(
        "\(output): not written: AP fell by \(drop.text(2)) points, expected at most \(maxDrop.text(2)) (--max-drop)",
        mark: .red)
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
#endif
