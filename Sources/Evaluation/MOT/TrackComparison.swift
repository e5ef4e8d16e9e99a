internal import Scene

/// Tracks and ground truth frame by frame, with the overlaps that all tracking metrics need.
///
/// Identities are renumbered from 0. All frames of either file are scored: a track after the last object is a false
/// positive.
package struct TrackComparison: Sendable {
  /// The objects of one frame and how they overlap.
  struct Frame: Sendable {
    var truth: [Int] = []
    var tracks: [Int] = []
    /// Intersection over union, `truth.count * tracks.count`, row by row.
    var overlap: [Double] = []
  }

  /// Tolerance of threshold comparisons, as in TrackEval.
  static let epsilon = Double.ulpOfOne

  let frames: [Frame]
  /// Number of scored ground-truth identities.
  package let truthIdentities: Int
  /// Number of scored track identities.
  package let trackIdentities: Int
  let truthBoxes: Int
  let trackBoxes: Int

  /// Compares `tracks` with `truth`.
  ///
  /// Ground-truth rows with confidence 0 are left out; a fraction is cut off before, as in TrackEval. In the MOT16 layout,
  /// as in TrackEval, only pedestrians (class 1) are scored, and tracks on `distractors` are left out.
  package init(truth: TrackFile, tracks: TrackFile, distractors: Set<Int> = TrackMetrics.distractors) {
    var assignment = Assignment()
    let truthByFrame = Dictionary(grouping: truth.records, by: \.frame)
    let tracksByFrame = Dictionary(grouping: tracks.records, by: \.frame)
    var truthNumbers: [Int: Int] = [:]
    var trackNumbers: [Int: Int] = [:]
    var frames: [Frame] = []
    // Only frames with boxes are stored, so that a huge frame number costs nothing.
    for number in Set(truthByFrame.keys).union(tracksByFrame.keys).sorted() {
      let everything = truthByFrame[number] ?? []
      var found = tracksByFrame[number] ?? []
      if truth.layout == .mot16 {
        let hidden = Self.tracks(on: distractors, everything, found, &assignment)
        found = found.indices.filter { !hidden.contains($0) }.map { found[$0] }
      }
      let scored = everything.filter { Self.isScored($0, layout: truth.layout) }
      var frame = Frame()
      for record in scored { frame.truth.append(Self.number(of: record.id, in: &truthNumbers)) }
      for record in found { frame.tracks.append(Self.number(of: record.id, in: &trackNumbers)) }
      for record in scored {
        for other in found { frame.overlap.append(record.box.intersectionOverUnion(with: other.box)) }
      }
      frames.append(frame)
    }
    self.frames = frames
    truthIdentities = truthNumbers.count
    trackIdentities = trackNumbers.count
    truthBoxes = frames.reduce(0) { $0 + $1.truth.count }
    trackBoxes = frames.reduce(0) { $0 + $1.tracks.count }
  }

  /// Whether a row of the ground truth is scored.
  static func isScored(_ record: TrackRecord, layout: TrackFile.Layout) -> Bool {
    record.confidence.rounded(.towardZero) != 0 && (layout == .mot15 || record.classID == 1)
  }

  private static func number(of id: Int, in numbers: inout [Int: Int]) -> Int {
    if let known = numbers[id] { return known }
    let new = numbers.count
    numbers[id] = new
    return new
  }

  /// Indices of the tracks whose best match is a distractor.
  private static func tracks(
    on distractors: Set<Int>, _ truth: [TrackRecord], _ tracks: [TrackRecord], _ assignment: inout Assignment
  ) -> Set<Int> {
    var costs: [Double] = []
    for record in truth {
      for other in tracks {
        let overlap = record.box.intersectionOverUnion(with: other.box)
        costs.append(overlap < 0.5 - epsilon ? 0 : -overlap)
      }
    }
    assignment.solve(costs, rows: truth.count, columns: tracks.count)
    var hidden: Set<Int> = []
    for (row, column) in assignment.columnOfRow.enumerated() where column >= 0 {
      let matched = costs[row * tracks.count + column] < -epsilon
      if matched, let classID = truth[row].classID, distractors.contains(classID) { hidden.insert(column) }
    }
    return hidden
  }
}
