import Evaluation
import Scene
import TestSupport
import Testing
import Tracking

/// The tracker on recorded detections must not fall behind what it once reached.
@Suite(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct BenchmarkSequencesTests {
  /// Frame rates of the sequences and floors for HOTA, MOTA and IDF1: a point below what was measured.
  @Test(
    arguments: [
      ("PETS09-S2L1", 7.0, 0.446, 0.668, 0.657), ("TUD-Campus", 25, 0.537, 0.619, 0.752),
      ("TUD-Stadtmitte", 25, 0.546, 0.714, 0.793),
      ("ADL-Rundle-6", 30, 0.344, 0.364, 0.454), ("KITTI-13", 10, 0.352, 0.186, 0.533),
    ] as [(String, Double, Double, Double, Double)])
  func `a sequence is tracked as well as before`(
    name: String, rate: Double, higherOrder: Double, accuracy: Double, identity: Double
  ) throws {
    let metrics = try metrics(of: name, rate: rate)
    #expect(metrics.higherOrder.accuracy > higherOrder)
    #expect(metrics.clear.accuracy > accuracy)
    #expect(metrics.identity.score > identity)
  }

  private func metrics(of name: String, rate: Double) throws -> TrackMetrics {
    let folder = SharedMaterial.file("data/mot/\(name)")
    return try followed(
      TrackFile.read(folder.appending(path: "det.txt").path), rate: rate,
      truth: TrackFile.read(folder.appending(path: "gt.txt").path))
  }
}

/// The tracker on people who cross a square: the truth of `Tests/Fixtures/tracks`, every box seen.
@Suite struct CrossingPeopleTests {
  @Test func `each keeps one identity`() throws {
    let truth = try TrackFile.read(Fixtures.file("tracks/gt.txt").path)
    let metrics = try followed(truth, rate: 25, truth: truth)
    #expect(metrics.clear.switches == 0)
    #expect(metrics.identity.score > 0.97, "IDF1 \(metrics.identity.score)")
    #expect(metrics.higherOrder.accuracy > 0.93, "HOTA \(metrics.higherOrder.accuracy)")
  }
}

/// What the tracker makes of `detections` at `rate` frames per second, beside `truth`.
private func followed(_ detections: TrackFile, rate: Double, truth: TrackFile) throws -> TrackMetrics {
  let rowsOfFrame = Dictionary(grouping: detections.records, by: \.frame)
  var tracker = Tracker()
  var records: [TrackRecord] = []
  for frame in 1...(rowsOfFrame.keys.max() ?? 1) {
    let seen = (rowsOfFrame[frame] ?? []).map { row in
      Detection(
        box: Box(
          minX: Float(row.box.left), minY: Float(row.box.top), maxX: Float(row.box.left + row.box.width),
          maxY: Float(row.box.top + row.box.height)), score: Float(row.confidence), classID: 0)
    }
    for track in tracker.update(seen, at: Double(frame - 1) / rate) {
      let box = track.detection.box
      records.append(
        TrackRecord(
          frame: frame, id: track.id,
          box: PreciseBox(
            left: Double(box.minX), top: Double(box.minY), width: Double(box.width), height: Double(box.height))))
    }
  }
  return TrackMetrics(truth: truth, tracks: TrackFile(path: "tracks", records: records))
}
