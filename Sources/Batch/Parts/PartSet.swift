import Capture
import Foundation
import Outputs
import Streaming

/// The parts of one input in the folder of the results, all of them finished and made of what the input is now.
struct PartSet {
  /// The files of what was found, in order.
  let files: [String]

  /// - Throws: `notFound` if a part is missing, `unsuitable` if one was made of another file or with other settings.
  init(of input: BatchInput, in plan: BatchPlan) throws(BatchError) {
    let (count, missing) = Self.best(of: input, in: plan)
    guard let count, missing.isEmpty else {
      let example = "\(missing.first ?? 1)/\(count ?? 4)"
      throw BatchError(
        .notFound,
        "cannot merge \(input.path): "
          + (count.map { "part \(missing[0]) of \($0) is not finished in \(plan.folder)" }
            ?? "there are no parts of it in \(plan.folder)") + "; expected those of 'annotate --part \(example)'")
    }
    let parts = (0..<count).compactMap { Shard(index: $0, of: count).map(input.part) }
    let hash = try FileHash.sha256(input.files)
    for (number, part) in parts.enumerated() {
      func unsuitable(_ reason: String) -> BatchError {
        BatchError(.unsuitable, "cannot merge \(input.path): part \(number + 1) of \(count) was made \(reason)")
      }
      guard let record = FileRecord(path: plan.path(part, ".json")) else {
        throw BatchError(.inputOutput, "cannot read \(plan.path(part, ".json"))")
      }
      guard record.source.sha256 == hash else {
        throw unsuitable("of another file: SHA-256 \(record.source.sha256), expected \(hash)")
      }
      if let difference = record.settings.difference(from: plan.settings) {
        throw unsuitable("with other settings: \(difference)")
      }
    }
    files = parts.map { plan.path($0, DetectionRecorder.kind.ending) }
  }

  /// The number of parts that the input was split into, and which of them are not finished, from 1. If it was split more than
  /// once, the split that lacks the fewest.
  private static func best(of input: BatchInput, in plan: BatchPlan) -> (count: Int?, missing: [Int]) {
    let path = plan.path(input, ".part-")
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let prefix = path[path.index(after: slash)...]
    let names = (try? FileManager.default.contentsOfDirectory(atPath: String(path[..<slash]))) ?? []
    let counts = names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".done") }
      .compactMap { $0.dropLast(5).split(separator: "-").last.flatMap { Int($0) } }
    let splits = Set(counts).filter { Shard(index: 0, of: $0) != nil }.sorted().map { count in
      let missing = (0..<count).filter { index in
        Shard(index: index, of: count).map { DoneMark(path: plan.path(input.part($0), ".done")).files == nil } ?? true
      }
      return (count: count, missing: missing.map { $0 + 1 })
    }
    let best = splits.min { ($0.missing.count, $0.count) < ($1.missing.count, $1.count) }
    return (best?.count, best?.missing ?? [])
  }
}

extension BatchInput {
  /// The same input as one of its parts, whose outputs have a name of their own.
  func part(_ part: Shard) -> BatchInput {
    var input = self
    input.name += ".part-\(part.index + 1)-of-\(part.count)"
    return input
  }
}

extension BatchPlan {
  /// Makes this a plan for one part of each input: the network alone runs on it, and all that it finds is kept.
  package mutating func split(into part: Shard) {
    self.part = part
    inputs = inputs.map { $0.part(part) }
    formats = [.sink(DetectionRecorder.kind)]
    source.keepsAudio = false
    source.isForDrawing = false
    stream.tracker = nil
    stream.rules = StreamOptions().rules
    stream.shown.lowest = -1
    stream.shown.ofClass = [:]
  }
}

extension Shard {
  /// Where this part of `duration` seconds begins, and how long it is; the last one has no end. Parts overlap by two frames.
  func span(of duration: Double, rate: Double?) -> (start: Double, length: Double?) {
    let length = duration / Double(count)
    return (length * Double(index), index == count - 1 ? nil : length + 2 / (rate ?? 25))
  }
}
