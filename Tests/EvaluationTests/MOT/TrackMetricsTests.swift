import Evaluation
import Foundation
import TestSupport
import Testing

@Suite struct TrackMetricsTests {
  /// Object `id` in `frames`, standing still at a place of its own.
  private func rows(_ id: Int, at place: Int? = nil, frames: some Sequence<Int>) -> [TrackRecord] {
    frames.map {
      TrackRecord(
        frame: $0, id: id, box: PreciseBox(left: Double(place ?? id) * 100, top: 0, width: 50, height: 50))
    }
  }

  private func metrics(_ truth: [TrackRecord], _ tracks: [TrackRecord], layout: TrackFile.Layout = .mot15)
    -> TrackMetrics
  {
    TrackMetrics(
      truth: TrackFile(path: "truth", records: truth, layout: layout),
      tracks: TrackFile(path: "tracks", records: tracks))
  }

  @Test func `perfect tracks score one`() {
    let truth = rows(1, frames: 1...10) + rows(2, frames: 3...8)
    let result = metrics(truth, rows(7, at: 1, frames: 1...10) + rows(9, at: 2, frames: 3...8))
    #expect(result.higherOrder.accuracy == 1)
    #expect(result.clear.accuracy == 1)
    #expect(result.identity.score == 1)
    #expect(result.clear.mostlyTracked == 2)
  }

  @Test func `an identity that changes half way is a switch and halves the identities`() {
    let result = metrics(rows(1, frames: 1...10), rows(1, frames: 1...5) + rows(2, at: 1, frames: 6...10))
    #expect(result.clear.switches == 1)
    #expect(result.clear.fragmentations == 0)
    #expect(result.clear.accuracy == 0.9)
    #expect(result.identity.score == 0.5)
    #expect(abs(result.higherOrder.association - 0.5) < 1e-12)
    #expect(result.higherOrder.detection == 1)
  }

  @Test func `an object that is lost and found again is a fragmentation, not a switch`() {
    // The other track is there because frames without any track do not end a pairing: TrackEval's rule.
    let result = metrics(
      rows(1, frames: 1...10), rows(1, frames: [1, 2, 3, 7, 8, 9, 10]) + rows(5, frames: 1...10))
    #expect(result.clear.fragmentations == 1)
    #expect(result.clear.switches == 0)
    #expect(result.clear.falseNegatives == 3)
    #expect(result.clear.partlyTracked == 1)
  }

  @Test func `boxes without an object are false positives, objects without a box are lost`() {
    let result = metrics(rows(1, frames: 1...4), rows(5, frames: 1...3))
    #expect(result.clear.falsePositives == 3)
    #expect(result.clear.falseNegatives == 4)
    #expect(result.clear.mostlyLost == 1)
    #expect(result.clear.accuracy == -0.75)
    #expect(metrics(rows(1, frames: 1...4), []).clear.accuracy == 0)
  }

  @Test func `tracks after the last object are false`() {
    let result = metrics(rows(1, frames: 1...15), rows(1, frames: 1...20))
    #expect(result.clear.falsePositives == 5)
    #expect(metrics([], rows(1, frames: 1...20)).clear.falsePositives == 20)
  }

  @Test func `truth of confidence zero is not scored`() {
    var hidden = rows(2, frames: 1...4)
    for index in hidden.indices { hidden[index].confidence = 0 }
    let result = metrics(rows(1, frames: 1...4) + hidden, rows(1, frames: 1...4))
    #expect(result.clear.accuracy == 1)
    #expect(result.truthIdentities == 1)
    // TrackEval makes the column an integer.
    for index in hidden.indices { hidden[index].confidence = 0.9 }
    #expect(metrics(rows(1, frames: 1...4) + hidden, rows(1, frames: 1...4)).truthIdentities == 1)
  }

  @Test func `in the MOT16 layout tracks of distractors do not count, those of cars do`() {
    func classed(_ rows: [TrackRecord], _ classID: Int) -> [TrackRecord] {
      rows.map {
        var row = $0
        row.classID = classID
        return row
      }
    }
    let truth =
      classed(rows(1, frames: 1...4), 1) + classed(rows(2, frames: 1...4), 7) + classed(rows(3, frames: 1...4), 3)
    let result = metrics(
      truth, rows(1, frames: 1...4) + rows(2, frames: 1...4) + rows(3, frames: 1...4), layout: .mot16)
    #expect(result.truthIdentities == 1)
    #expect(result.clear.falsePositives == 4)
  }

  private struct TrackEvalFigures: Decodable {
    // The names are those of the file.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let HOTA, DetA, AssA, MOTA, IDF1: Double
    let switches, fragmentations, falsePositives, falseNegatives: Int
  }

  @Test func `poor tracks of people who cross have the figures of TrackEval`() throws {
    let expected = try JSONDecoder().decode(
      TrackEvalFigures.self, from: Data(contentsOf: Fixtures.file("tracks/expected.json")))
    let metrics = TrackMetrics(
      truth: try TrackFile.read(Fixtures.file("tracks/gt.txt").path),
      tracks: try TrackFile.read(Fixtures.file("tracks/tracks.txt").path))
    #expect(abs(metrics.higherOrder.accuracy - expected.HOTA) < 1e-6)
    #expect(abs(metrics.higherOrder.detection - expected.DetA) < 1e-6)
    #expect(abs(metrics.higherOrder.association - expected.AssA) < 1e-6)
    #expect(abs(metrics.clear.accuracy - expected.MOTA) < 1e-6)
    #expect(abs(metrics.identity.score - expected.IDF1) < 1e-6)
    #expect(metrics.clear.switches == expected.switches)
    #expect(metrics.clear.fragmentations == expected.fragmentations)
    #expect(metrics.clear.falsePositives == expected.falsePositives)
    #expect(metrics.clear.falseNegatives == expected.falseNegatives)
  }

  @Test func `several sequences combine by their counts and average by their figures`() {
    let good = metrics(rows(1, frames: 1...30), rows(1, frames: 1...30))
    let bad = metrics(rows(1, frames: 1...10), [])
    #expect(TrackMetrics(combining: [good, bad]).clear.accuracy == 0.75)
    let average = TrackFigures(averaging: [TrackFigures(good), TrackFigures(bad)])
    #expect(average.ratios.first { $0.name == "MOTA" }?.value == 0.5)
    #expect(average.counts.first { $0.name == "FN" }?.value == 5)
  }
}
