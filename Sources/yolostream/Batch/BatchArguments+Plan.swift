import ArgumentParser
import Batch
import Capture
import Checkpoints
import GELAN
import Inference
import Outputs
import Scene
import Streaming

extension BatchArguments {
  /// Not to be inlined: within an asynchronous function Swift 6.3.1 crashes over what this throws.
  @inline(never)
  func prepared(merges: Bool) throws -> (BatchPlan, Detector) {
    messages.begin()
    var analysis = analysis
    let words = analysis.detection.words(hasInput: !(inputs + sources).isEmpty)
    let named = inputs + sources + (words.input.map { [$0] } ?? [])
    guard !named.isEmpty else { throw ValidationError("no input was named: give videos, folders or a list") }
    let folder = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    let share = try division.share(), part = try division.chosenPart()
    let inputs = try InputList(named, outputFolder: folder).inputs
    let path = try DefaultModel.path(of: analysis.model.model)
    let model = try InferenceModel(path: path)
    let file = BatchSettings.Model(name: model.spec.name, sha256: try FileHash.sha256(path))
    let formats = try chosenFormats()
    let wantsTracks = formats.contains(where: \.needsTracks)
    var detector = try analysis.detector(for: model, classes: words.classes)
    var settings = settings(of: detector, file, classes: words.classes, imagesAreSequence: wantsTracks)
    let kept = try settings.claim(folder, replaces: overwriting.overwrite)
    // What was measured first, by whichever process, is right for all: results have one precision.
    if analysis.detection.precision == .automatic, kept.precision != settings.precision,
      let precision = PrecisionOption(argument: kept.precision)
    {
      analysis.detection.precision = precision
      detector = try analysis.detector(for: model, classes: words.classes)
      settings.precision = kept.precision
    }
    var plan = BatchPlan(
      inputs: inputs.filter { share?.contains($0.path) ?? true }, folder: folder, formats: formats,
      settings: settings)
    plan.source.keepsAudio = formats.contains { $0.name == "video" }
    plan.source.isForDrawing = try plan.source.keepsAudio || analysis.rules.paints()
    analysis.part.apply(to: &plan.source, wantsTracks: wantsTracks)
    try analysis.apply(to: &plan.stream, for: detector, wantsTracks: wantsTracks)
    plan.recorded = analysis.part.startTime?.milliseconds
    plan.stream.workers = max(1, analysis.detection.threads / division.jobs)
    try appearance.apply(to: &plan.stream)
    (plan.jobs, plan.resumes, plan.overwrites, plan.isStrict) = (
      division.jobs, division.resume, overwriting.overwrite, division.strict
    )
    plan.shard = share
    plan.merges = merges
    if let part { plan.split(into: part) }
    messages.detail(
      "\(inputs.count.counted("input")), \(plan.inputs.count) of them here; \(model.spec.name), \(detector.facts)")
    if !messages.quiet, let cost = analysis.detection.cost { StandardError.say(cost) }
    return (plan, detector)
  }

  /// What is written for each input.
  func chosenFormats() throws -> [BatchFormat] {
    let names = formats.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw ValidationError("--formats: expected one or more, such as video,mot") }
    let wanted = Set(
      try names.map { name in
        guard let format = BatchFormat.all.first(where: { $0.name == name }) else {
          let known = BatchFormat.all.map(\.name)
          let suggestion = Suggestion(for: name, among: known).text
          throw ValidationError(
            "--formats \(name): "
              + (suggestion.isEmpty
                ? "expected some of \(known.joined(separator: ", "))" : "there is none\(suggestion)"))
        }
        return format.name
      })
    return BatchFormat.all.filter { wanted.contains($0.name) }
  }
}
