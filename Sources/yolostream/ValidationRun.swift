import Capture
import Dispatch
import Evaluation
import Foundation
import Imaging
import Inference
import Scene
import Synchronization

/// Runs a detector over the pictures of a data set, one picture a worker.
struct ValidationRun {
  let truth: GroundTruth
  let folder: String
  let detector: Detector
  /// Class of the data set for each class of the model.
  let classes: [Int?]
  let workers: Int

  /// Objects and finds of each picture of `truth`, in its order.
  struct Outcome {
    var truth: [[TrueObject]]
    var found: [[FoundObject]]
  }

  /// What the workers share.
  private struct State {
    var next = 0
    var done = 0
    var outcome: Outcome
    var failure: (any Error)?
  }

  /// Detects in every picture; `progress` hears how many are done, one call at a time.
  func run(progress: @Sendable (Int) -> Void) throws -> Outcome {
    let count = truth.pictures.count
    let nothing = Outcome(
      truth: [[TrueObject]](repeating: [], count: count), found: [[FoundObject]](repeating: [], count: count))
    let state = Mutex(State(outcome: nothing))
    DispatchQueue.concurrentPerform(iterations: min(workers, count)) { _ in
      let worker = DetectionWorker(detector)
      while true {
        let claimed = state.withLock { state -> Int? in
          guard state.failure == nil, state.next < count else { return nil }
          state.next += 1
          return state.next - 1
        }
        guard let index = claimed else { return }
        do {
          let (objects, finds) = try measure(truth.pictures[index], worker)
          state.withLock {
            $0.outcome.truth[index] = objects
            $0.outcome.found[index] = finds
            $0.done += 1
            progress($0.done)
          }
        } catch { state.withLock { $0.failure = $0.failure ?? error } }
      }
    }
    return try state.withLock { state throws(any Error) in
      if let failure = state.failure { throw failure }
      return state.outcome
    }
  }

  private func measure(_ picture: GroundTruth.Picture, _ worker: DetectionWorker) throws
    -> ([TrueObject], [FoundObject])
  {
    let pixels = try PictureFile(path: URL(filePath: folder).appending(path: picture.fileName).path).read()
    let size = GroundTruth.Size(width: pixels.layout.width, height: pixels.layout.height)
    let objects = try truth.objects(of: picture, size: size)
    let finds = try worker.detect(pixels).compactMap { detection -> FoundObject? in
      guard let classID = classes[detection.classID] else { return nil }
      var renamed = detection
      renamed.classID = classID
      return FoundObject(renamed)
    }
    return (objects, finds)
  }
}
