import Capture
import Foundation
import Inference
import Outputs
import Scene
import Streaming

/// One input of a batch: what is there already, its run, its record.
struct FileRun: Sendable {
  let plan: BatchPlan
  let input: BatchInput
  private let tally = FileTally()
  /// What gives the frames of a merged input their detections.
  private let parts = PartReader()

  init(_ input: BatchInput, of plan: BatchPlan) {
    self.plan = plan
    self.input = input
  }

  private var mark: DoneMark { DoneMark(path: plan.path(input, ".done")) }
  private var recordPath: String { plan.path(input, ".json") }

  /// What is there of an input before it is run.
  enum Past {
    case nothing
    case finished(FileRecord)
    /// There is something, and why it is not enough.
    case outdated(String)
  }

  /// What is there of it. An input that is newer than its results is read, to see whether it is the same.
  func past() -> Past {
    guard let files = mark.files.map(Set.init), let record = FileRecord(path: recordPath) else { return .nothing }
    let missing = zip(plan.formats, plan.outputs(of: input)).first { format, output in
      // A folder of an input that shows nothing is empty, and has no line.
      !files.contains(output) && !FileManager.default.fileExists(atPath: output)
    }
    if let missing { return .outdated("its results have no \(missing.0.name)") }
    let facts = FileFacts(input.files)
    if facts.bytes != record.source.bytes { return .outdated("it has another size than before") }
    if facts.newest > mark.date, (try? FileHash.sha256(input.files)) != record.source.sha256 {
      return .outdated("it has changed")
    }
    return .finished(record)
  }

  /// Throws `cannotCreate` if something is there that would be lost.
  func expectNothing() throws(BatchError) {
    for path in plan.outputs(of: input) + [recordPath, mark.path] where FileManager.default.fileExists(atPath: path) {
      throw BatchError(
        .cannotCreate, "cannot create \(path): it exists; expected --resume, --overwrite or another folder")
    }
  }

  /// The run, not started. What is there of an earlier attempt is removed.
  ///
  /// Not to be inlined: within an asynchronous function Swift 6.3.1 crashes over what this throws.
  @inline(never)
  func prepared(_ detector: Detector) throws -> StreamRun {
    if plan.merges { parts.open(try PartSet(of: input, in: plan).files) }
    let (source, length) = try opened()
    mark.remove()
    for path in plan.outputs(of: input) + [recordPath] { try? FileManager.default.removeItem(atPath: path) }
    if let slash = recordPath.lastIndex(of: "/") { try OutputFolder.make(String(recordPath[..<slash])) }
    var options = plan.stream
    options.recorded =
      plan.recorded
      ?? FootageTime.milliseconds(
        ofFile: input.path.split(separator: "/").last.map(String.init) ?? "", stated: source.description.creationTime)
    for (format, path) in zip(plan.formats, plan.outputs(of: input)) {
      switch format {
      case .video where input.isImages:
        try OutputFolder.make(path)
        options.annotated.append(.folder(path: path))
      case .video: options.annotated.append(.video(path: path))
      case .sink(let kind): options.sinks.append(SinkRequest(kind, target: path))
      }
    }
    options.sinks.append(tally.request)
    if plan.merges { options.known = parts }
    if let length { options.duration = length }
    return StreamRun(source: source, detector: detector, options: options)
  }

  /// The input, and how many seconds of it are read; `nil` is all that is left.
  private func opened() throws -> (any FrameSource, Double?) {
    // A pipe gives its bytes once, and its hash would be waited for.
    guard input.isImages || !FileFacts.isSpecial(input.path) else {
      throw BatchError(
        .unsuitable,
        "cannot annotate \(input.path): expected a file, it is a pipe or a device; 'yolostream run' reads those")
    }
    let source = try input.address.open(plan.source)
    guard let part = plan.part else { return (source, nil) }
    guard !input.isImages, let duration = source.description.duration, duration > 0 else {
      throw BatchError(
        .unsuitable,
        "cannot split \(input.path): its length is not known; expected a video in a container that states it")
    }
    let (start, length) = part.span(of: duration, rate: source.description.nominalRate)
    guard start > 0 else { return (source, length) }
    var options = plan.source
    options.start = start
    return (try input.address.open(options), length)
  }

  /// Whether `run` failed with `error` only because the input ends before this part of it begins.
  func isBehindTheEnd(_ run: StreamRun, _ error: any Error) -> Bool {
    (error as? CaptureError)?.code == .invalidMedia && plan.part?.index ?? 0 > 0 && run.report.frames.count == 0
  }

  /// A sentence about frames of a merged input that the network had to run on; `nil` if there are none.
  var remark: String? {
    let count = parts.unknownCount
    return count == 0
      ? nil
      : "\(input.path): \(count.counted("frame was", plural: "frames were")) in no part, and the network was run on \(count == 1 ? "it" : "them")"
  }

  /// Records what `run`, which came to its end, has made of the input; marks it as done unless the input was damaged and that
  /// is not accepted.
  ///
  /// - Parameter before: the input's files when the run began.
  @inline(never)
  func conclude(_ run: StreamRun, _ detector: Detector, since before: FileFacts) throws -> FileRecord {
    let report = run.report
    let hash = try FileHash.sha256(input.files)
    guard FileFacts(input.files) == before else {
      throw BatchError(.inputOutput, "\(input.path) was changed while it was read")
    }
    let outputs = plan.outputs(of: input)
    let folder = recordPath.lastIndex(of: "/").map { recordPath[...$0].count } ?? 0
    let source = report.source
    let isPart =
      plan.part != nil || plan.source.start > 0 || plan.stream.duration != nil || plan.stream.frameLimit != nil
    let record = FileRecord(
      source: .init(
        path: input.path, bytes: before.bytes, sha256: hash, codec: source.codec, width: source.width,
        height: source.height, rate: source.nominalRate, duration: source.duration, frames: source.frameCount),
      settings: plan.settings, frames: report.frames.count, end: report.frames.seconds,
      found: plan.part == nil ? tally.found(detector.classes) : [:],
      damage: report.damage(isWhole: !isPart && plan.stream.stride == 1),
      changes: .init(
        size: report.changes.sizeCount, rate: report.changes.rateCount, missingFrames: report.changes.missingFrames),
      mendedTimestamps: report.losses.mendedTimestamps, outputs: outputs.map { String($0.dropFirst(folder)) })
    try DurableFile.replace(recordPath, with: record.bytes)
    if record.damage.isEmpty || !plan.isStrict { try mark.write(outputs + [recordPath]) }
    return record
  }
}
