import Outputs
import Pipeline
import Publishing
import Rules
import Scene
import Streaming

/// The result of analysing a frame, and the nanoseconds that each part took.
struct FrameOutcome {
  let findings: FrameFindings
  /// How many objects are where.
  let counts: [ZoneCount]
  /// How often lines were crossed so far.
  let lineTotals: [LineTotal]
  /// Whether the scene was still, so that the last answer was kept.
  let isStill: Bool
  /// Whether something moved.
  let hasMotion: Bool
  let gateTime, inferTime, trackTime: UInt64
}

/// How often one line was crossed in one direction by objects of one class.
struct LineCount: Hashable, Sendable {
  let line, direction, label: String
  let count: Int
}

extension CameraReport {
  /// Counts the result of a frame, `age` nanoseconds after it was taken.
  mutating func add(_ outcome: FrameOutcome, age: UInt64, classes: ClassCatalogue) {
    if outcome.isStill { still += 1 } else { inferred += 1 }
    self.age.record(nanoseconds: age)
    gateTime.record(nanoseconds: outcome.gateTime)
    if !outcome.isStill { inferTime.record(nanoseconds: outcome.inferTime) }
    trackTime.record(nanoseconds: outcome.trackTime)
    for detection in outcome.findings.detections { detections[classes[detection.classID], default: 0] += 1 }
    counts = outcome.counts.map {
      HomeCount(zone: $0.zone, label: classes[$0.classID], all: $0.all, active: $0.active)
    }
    lines = outcome.lineTotals.map {
      LineCount(line: $0.line, direction: $0.direction, label: classes[$0.classID], count: $0.count)
    }
    for label in tracks.keys { tracks[label] = 0 }
    for track in outcome.findings.tracks { tracks[classes[track.detection.classID], default: 0] += 1 }
  }
}
