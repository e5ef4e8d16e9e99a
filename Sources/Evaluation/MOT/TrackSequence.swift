internal import Foundation

/// A sequence to score: its ground truth and a tracker's result.
package struct TrackSequence: Hashable, Sendable {
  /// Its name, from its folder or file.
  package let name: String
  /// File of the ground truth.
  package let truth: String
  /// File of the tracks.
  package let tracks: String

  /// Reads both files and scores them.
  ///
  /// The length of the sequence is that in `seqinfo.ini`, and rows beyond it are an error, as in TrackEval; without
  /// that file it is the length of the longer file.
  package func metrics() throws(EvaluationError) -> TrackMetrics {
    let (truth, tracks) = (try TrackFile.read(truth), try TrackFile.read(tracks))
    for file in [truth, tracks] { try file.expectIdentities() }
    if let length = try SequenceInfo.beside(truth.path)?.length {
      for file in [truth, tracks] {
        guard let last = file.records.map(\.frame).max(), last > length else { continue }
        throw EvaluationError(
          .mismatched, file: file.path, "expected frames up to \(length), the length in seqinfo.ini, got frame \(last)")
      }
    }
    guard truth.records.isEmpty || truth.records.contains(where: { TrackComparison.isScored($0, layout: truth.layout) })
    else {
      throw EvaluationError(
        .mismatched, file: truth.path,
        "expected rows that are scored, got none: column 7 is below 1"
          + (truth.layout == .mot16 ? " or the class in column 8 is not 1, a pedestrian" : ""))
    }
    let distractors = name.hasPrefix("MOT20") ? TrackMetrics.distractorsOf2020 : TrackMetrics.distractors
    return TrackMetrics(truth: truth, tracks: tracks, distractors: distractors)
  }

  /// Pairs ground truth with tracks by sequence.
  ///
  /// Each of `truths` is a file, the folder of a sequence (with `gt.txt` or `gt/gt.txt`) or a folder of such folders.
  /// Each of `tracks` is a file, in the same order, or one folder with files `SEQUENCE.txt`, directly or in `data` as
  /// TrackEval has them.
  package static func pairs(truths: [String], tracks: [String]) throws(EvaluationError) -> [TrackSequence] {
    var sequences: [(name: String, file: String)] = []
    for path in truths { sequences += try truthFiles(at: path) }
    var names: Set<String> = []
    var pairs: [TrackSequence] = []
    if tracks.count == 1, isFolder(tracks[0]) {
      for sequence in sequences {
        guard names.insert(sequence.name).inserted else {
          throw EvaluationError(
            .mismatched, file: tracks[0], "expected one ground truth for \(sequence.name).txt, got several")
        }
        let files = ["", "data/"].map { URL(filePath: tracks[0]).appending(path: "\($0)\(sequence.name).txt").path }
        let file = files.first { FileManager.default.fileExists(atPath: $0) } ?? files[0]
        pairs.append(TrackSequence(name: sequence.name, truth: sequence.file, tracks: file))
      }
      return pairs
    }
    guard tracks.count == sequences.count else {
      throw EvaluationError(
        .mismatched, file: tracks.joined(separator: ", "),
        "expected a file of tracks for each of the \(sequences.count) sequences or one folder, got \(tracks.count)")
    }
    return zip(sequences, tracks).map { TrackSequence(name: $0.name, truth: $0.file, tracks: $1) }
  }

  private static func truthFiles(at path: String) throws(EvaluationError) -> [(name: String, file: String)] {
    guard isFolder(path) else {
      let url = URL(filePath: path)
      let stem = url.deletingPathExtension().lastPathComponent
      if stem != "gt" { return [(stem, path)] }
      let folder = url.deletingLastPathComponent()
      let owner = folder.lastPathComponent == "gt" ? folder.deletingLastPathComponent() : folder
      return [(owner.lastPathComponent, path)]
    }
    if let file = truthFile(inSequence: path) { return [(URL(filePath: path).lastPathComponent, file)] }
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let found = entries.sorted().compactMap { name -> (name: String, file: String)? in
      truthFile(inSequence: URL(filePath: path).appending(path: name).path).map { (name, $0) }
    }
    if found.isEmpty {
      throw EvaluationError(
        .missing, file: path, "expected gt.txt or gt/gt.txt in it, or in folders in it, there is none")
    }
    return found
  }

  private static func truthFile(inSequence folder: String) -> String? {
    ["gt.txt", "gt/gt.txt"].map { URL(filePath: folder).appending(path: $0).path }.first {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    (try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
  }
}
