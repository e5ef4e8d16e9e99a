import Foundation
import Scene

extension StampedEvent {
  /// The end of an object or a visit that an earlier run of the program could not report, because it was killed. `nil` if `line`
  /// is about neither, or of another version of the format.
  ///
  /// It ends at the last moment at which it is known to have been there, and is reported at `now`.
  ///
  /// - Parameters:
  ///   - line: its last line in the log.
  ///   - open: when it was last saved as open, by this machine's clock; does not count for an object with times of the sender.
  ///   - members: when the objects of a visit were last seen. Times are in milliseconds since 1970.
  package init?(endingAfter line: String, open: Int64? = nil, members: [Int64] = [], now: Int64) {
    guard let line = try? JSONDecoder().decode(OpenLine.self, from: Data(line.utf8)), line.v == 2,
      let moment = FootageTime.milliseconds(line.ts)
    else { return nil }
    let began = line.start.flatMap { FootageTime.milliseconds($0) } ?? moment
    let known = members + [moment, line.tsSrc == EventClock.wall.rawValue ? open ?? moment : moment]
    let event: SceneEvent
    if line.type == "visit" {
      guard let visit = line.ended else { return nil }
      event = SceneEvent(.visit(visit), stamp: line.stamp, width: 0, height: 0)
    } else {
      guard let object = line.object else { return nil }
      event = SceneEvent(.end, of: object, stamp: line.stamp, width: line.size.width, height: line.size.height)
    }
    self.init(
      event: event, camera: line.camera, label: line.label, identifier: line.id, moment: max(now, began), began: began,
      lastSeen: known.reduce(began, max), timeSource: line.tsSrc)
    evidence = line.evidence
    visitors = Visitors(identifiers: line.objects ?? [], labels: line.labels ?? [])
  }
}

/// A line about something that goes on.
private struct OpenLine: Decodable {
  let v: Int
  let id, type, camera, ts, tsSrc: String
  let pts: Double?
  let frame: Int?
  let start: String?
  // Of an object.
  let label: String?
  let classID: Int?
  let score, topScore: Float?
  let box, boxNorm: [Float]?
  let track: Int?
  let zones, entered: [String]?
  let stationary: Bool?
  let positionChanges: Int?
  let snapshot, clip: String?
  let clipOffset: Double?
  let snapshotBox: [Float]?
  // Of a visit.
  let visit: Int?
  let severity: String?
  let tracks: [Int]?
  let labels, objects: [String]?

  private enum CodingKeys: String, CodingKey {
    case v, id, type, camera, ts, pts, frame, start, label, score, box, track, zones, entered, stationary, snapshot
    case clip, visit, severity, tracks, labels, objects
    case tsSrc = "ts_src"
    case classID = "class_id"
    case topScore = "top_score"
    case boxNorm = "box_norm"
    case positionChanges = "position_changes"
    case clipOffset = "clip_offset"
    case snapshotBox = "snapshot_box"
  }

  var stamp: FrameStamp { FrameStamp(index: frame ?? 0, seconds: pts ?? 0, arrival: 0) }

  /// Size of the frame in pixels, from its box in pixels and in shares; 1 where that is not known.
  var size: (width: Int, height: Int) {
    func side(_ corner: Int) -> Int {
      guard let box, let boxNorm, box.count == 4, boxNorm.count == 4, boxNorm[corner] > 0 else { return 1 }
      return max(1, Int(exactly: (box[corner] / boxNorm[corner]).rounded()) ?? 1)
    }
    return (side(2), side(3))
  }

  var object: SceneObject? {
    guard let box = box.flatMap(Box.init(corners:)), label != nil, let classID, let score, let track else { return nil }
    let detection = Detection(box: box, score: score, classID: classID)
    let seconds = pts ?? 0
    var object = SceneObject(
      track: Track(id: track, detection: detection, firstSeen: seconds, topScore: topScore ?? score), lastSeen: seconds)
    object.zones = zones ?? []
    object.enteredZones = entered ?? []
    object.isStationary = stationary ?? false
    object.positionChanges = positionChanges ?? 0
    return object
  }

  /// The visit at its end.
  var ended: Visit? {
    guard let visit, let severity = severity.flatMap(Visit.Severity.init) else { return nil }
    var ended = Visit(number: visit, severity: severity, start: pts ?? 0)
    ended.phase = .end
    ended.objects = tracks ?? []
    ended.zones = zones ?? []
    return ended
  }

  var evidence: StampedEvent.Evidence? {
    guard snapshot != nil || clip != nil else { return nil }
    return StampedEvent.Evidence(
      snapshot: snapshot, clip: clip, clipOffset: clipOffset, snapshotBox: snapshotBox.flatMap(Box.init(corners:)))
  }
}

extension Box {
  /// `nil` for anything but four numbers.
  fileprivate init?(corners: [Float]) {
    guard corners.count == 4 else { return nil }
    self.init(minX: corners[0], minY: corners[1], maxX: corners[2], maxY: corners[3])
  }
}
