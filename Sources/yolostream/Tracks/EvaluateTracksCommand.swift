#if Full
import ArgumentParser
import Evaluation

/// `yolostream evaluate-tracks`: scores tracks against ground truth.
struct EvaluateTracksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate-tracks", abstract: "Score tracks against ground truth: HOTA, MOTA, IDF1 and their parts.",
    discussion: """
      Files are in the MOTChallenge format (MOT15, MOT16, MOT17). Several sequences are given as repeated options or as \
      folders: ground truth as SEQUENCE/gt.txt or SEQUENCE/gt/gt.txt, tracks as SEQUENCE.txt. Figures are TrackEval's.

      Examples:
        yolostream evaluate-tracks --ground-truth gt.txt --tracks mine.txt
        yolostream evaluate-tracks --ground-truth MOT17/train --tracks mine/
      """)

  @Option(help: "File, folder of a sequence, or folder of sequences; may be repeated.") var groundTruth: [String] = []
  @Option(help: "File of tracks, in the order of the ground truth, or one folder; may be repeated.")
  var tracks: [String] = []
  @Flag(help: "Print one JSON object instead of a table; ratios are 0 to 1.") var json = false

  /// A row of the JSON output.
  private struct Report: Encodable {
    let sequences: [String: [String: Double]]
    let average: [String: Double]
    let combined: [String: Double]
  }

  func validate() throws {
    if groundTruth.isEmpty { throw ValidationError("no ground truth was named: give --ground-truth FILE or FOLDER") }
    if tracks.isEmpty { throw ValidationError("no tracks were named: give --tracks FILE or FOLDER") }
  }

  func run() throws {
    let sequences = try TrackSequence.pairs(truths: groundTruth, tracks: tracks)
    let metrics = try sequences.map { sequence throws(EvaluationError) in try sequence.metrics() }
    let figures = metrics.map(TrackFigures.init)
    let average = TrackFigures(averaging: figures)
    let combined = TrackFigures(TrackMetrics(combining: metrics))
    if json {
      let named = zip(sequences.map(\.name), figures.map(\.byName))
      // Sequences with the same name have separate entries.
      let unique = named.enumerated().map { index, row in
        (sequences.prefix(index).contains { $0.name == row.0 } ? "\(row.0)#\(index + 1)" : row.0, row.1)
      }
      let report = Report(
        sequences: Dictionary(uniqueKeysWithValues: unique), average: average.byName, combined: combined.byName)
      try StandardOutput.write(try report.jsonText() + "\n")
      return
    }
    var rows = zip(sequences.map(\.name), figures).map { ($0, $1) }
    if rows.count > 1 { rows += [("AVERAGE", average), ("COMBINED", combined)] }
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    if let names = figures.first {
      print("".padded(width) + names.all.map { $0.name.padded(-7) }.joined())
    }
    for (name, figures) in rows {
      let ratios = figures.ratios.map { ($0.value * 100).text(2).padded(-7) }
      let counts = figures.counts.map { figure in
        figure.value.text(figure.value == figure.value.rounded() ? 0 : 1).padded(-7)
      }
      print(name.padded(width) + (ratios + counts).joined())
    }
  }
}

extension TrackFigures {
  fileprivate var all: [Ratio] { ratios + counts }
  fileprivate var byName: [String: Double] {
    Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.value) })
  }
}
#endif
