internal import Scene

extension Tracker {
  /// The two association stages of ByteTrack.
  enum Stage {
    /// Detections of high score: IoU times score, plus the direction of motion.
    case first
    /// Detections of low score: only a high IoU counts.
    case second

    /// Least IoU in the second stage.
    static let secondThreshold = 0.5
  }

  /// Matches `candidates` (indices of tracks) with the `choices` (indices of detections) that are still free.
  mutating func match(
    _ candidates: [Int], with choices: [Int], of detections: [Detection], at seconds: Double, stage: Stage
  ) {
    var free: [Int] = []
    free.reserveCapacity(choices.count)
    for index in choices where detectionIsFree[index] { free.append(index) }
    if candidates.isEmpty || free.isEmpty { return }
    weigh(candidates, free, detections, stage)
    assignment.solve(costs, rows: candidates.count, columns: free.count)
    for (row, column) in assignment.columnOfRow.enumerated()
    where column >= 0 && costs[row * free.count + column] < 0 {
      let track = candidates[row]
      let wasInSight = tracks[track].framesUnseen == 1
      tracks[track].see(
        detections[free[column]], index: free[column], at: seconds, isPartial: stage == .second)
      detectionIsFree[free[column]] = false
      if wasInSight { restlessness.learn(from: tracks[track].filter) }
    }
  }

  /// Fills `costs`: minus the excess over the threshold for each possible pair, zero for the others. The cheapest
  /// complete assignment then leaves out exactly the pairs below the threshold.
  private mutating func weigh(_ candidates: [Int], _ free: [Int], _ detections: [Detection], _ stage: Stage) {
    costs.removeAll(keepingCapacity: true)
    let threshold = stage == .first ? configuration.matchThreshold : Stage.secondThreshold
    for index in candidates {
      let track = tracks[index]
      let cost = OverlapCost(track)
      for choice in free {
        let detection = detections[choice]
        if configuration.isClassAware, detection.classID != track.detection.classID {
          costs.append(0)
          continue
        }
        var worth = cost.overlap(with: detection.box)
        if stage == .first {
          worth *= Double(detection.score)
          if worth > threshold {
            worth += OverlapCost.headingWeight * track.heading.agreement(with: detection.box) * Double(detection.score)
          }
        }
        costs.append(min(0, threshold - worth))
      }
    }
  }
}
