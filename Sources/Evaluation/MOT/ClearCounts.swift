internal import Scene

/// The CLEAR MOT counts at an IoU of 0.5, and the metrics derived from them.
///
/// Source: Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics",
/// 2008; details as in TrackEval: a match of the previous frame is kept as long as it overlaps enough.
package struct ClearCounts: Hashable, Sendable {
  /// Matched boxes.
  package var truePositives = 0
  /// Ground-truth boxes without a match.
  package var falseNegatives = 0
  /// Track boxes without a match.
  package var falsePositives = 0
  /// Identity switches: objects matched to another track than the last time (IDSW).
  package var switches = 0
  /// Number of times an object was lost and found again (Frag).
  package var fragmentations = 0
  /// Objects tracked in more than 80 % of their frames (MT).
  package var mostlyTracked = 0
  /// Objects tracked in 20 to 80 % (PT).
  package var partlyTracked = 0
  /// Objects tracked in less than 20 % (ML).
  package var mostlyLost = 0
  /// Sum of the overlaps of the matched boxes.
  package var overlapSum = 0.0

  /// MOTA: 1 minus the errors per ground-truth box; can be negative.
  package var accuracy: Double {
    Double(truePositives - falsePositives - switches) / max(1, Double(truePositives + falseNegatives))
  }

  /// MOTP: mean overlap of the matches, 0...1.
  package var precision: Double { overlapSum / max(1, Double(truePositives)) }

  /// Combines several sequences.
  init(combining parts: [ClearCounts]) {
    for part in parts {
      truePositives += part.truePositives
      falseNegatives += part.falseNegatives
      falsePositives += part.falsePositives
      switches += part.switches
      fragmentations += part.fragmentations
      mostlyTracked += part.mostlyTracked
      partlyTracked += part.partlyTracked
      mostlyLost += part.mostlyLost
      overlapSum += part.overlapSum
    }
  }

  /// Counts one sequence.
  init(_ comparison: TrackComparison) {
    guard comparison.truthBoxes > 0, comparison.trackBoxes > 0 else {
      falseNegatives = comparison.truthBoxes
      falsePositives = comparison.trackBoxes
      mostlyLost = comparison.truthIdentities
      return
    }
    var objects = [ObjectHistory](repeating: ObjectHistory(), count: comparison.truthIdentities)
    var assignment = Assignment()
    for frame in comparison.frames {
      // As in TrackEval, a frame without boxes on one side does not end the matches of the frame before it.
      if frame.truth.isEmpty {
        falsePositives += frame.tracks.count
        continue
      }
      for truth in frame.truth { objects[truth].boxes += 1 }
      if frame.tracks.isEmpty {
        falseNegatives += frame.truth.count
        continue
      }
      count(frame, objects: &objects, assignment: &assignment)
    }
    for object in objects {
      let ratio = Double(object.matched) / Double(max(1, object.boxes))
      if ratio > 0.8 { mostlyTracked += 1 } else if ratio >= 0.2 { partlyTracked += 1 } else { mostlyLost += 1 }
      fragmentations += max(0, object.beginnings - 1)
    }
  }

  /// History of one ground-truth object; -1 stands for no track.
  private struct ObjectHistory {
    var boxes = 0
    var matched = 0
    var beginnings = 0
    var lastTrack = -1
    var trackInFrameBefore = -1
  }

  private mutating func count(
    _ frame: TrackComparison.Frame, objects: inout [ObjectHistory], assignment: inout Assignment
  ) {
    let width = frame.tracks.count
    var costs: [Double] = []
    for (row, truth) in frame.truth.enumerated() {
      for (column, track) in frame.tracks.enumerated() {
        let overlap = frame.overlap[row * width + column]
        let kept = objects[truth].trackInFrameBefore == track ? 1000.0 : 0
        costs.append(overlap < 0.5 - TrackComparison.epsilon ? 0 : -(kept + overlap))
      }
    }
    assignment.solve(costs, rows: frame.truth.count, columns: width)
    let before = objects.map(\.trackInFrameBefore)
    for index in objects.indices { objects[index].trackInFrameBefore = -1 }
    var matches = 0
    for (row, column) in assignment.columnOfRow.enumerated() where column >= 0 {
      guard costs[row * width + column] < -TrackComparison.epsilon else { continue }
      let truth = frame.truth[row]
      let track = frame.tracks[column]
      if objects[truth].lastTrack >= 0, objects[truth].lastTrack != track { switches += 1 }
      if before[truth] < 0 { objects[truth].beginnings += 1 }
      objects[truth].matched += 1
      objects[truth].lastTrack = track
      objects[truth].trackInFrameBefore = track
      overlapSum += frame.overlap[row * width + column]
      matches += 1
    }
    truePositives += matches
    falseNegatives += frame.truth.count - matches
    falsePositives += width - matches
  }
}
