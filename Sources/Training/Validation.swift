import Capture
public import Evaluation
public import GELAN
import Imaging
import Inference
import Scene
import Synchronization

/// Measures a model on pictures that it was not trained on, just as it will run: folded, compiled for inference, boxes
/// decoded and suppressed.
public struct Validation: Sendable {
  /// The pictures and what is to be found in them.
  public let data: Dataset
  /// Side of the square input.
  public let side: Int
  /// Pictures at a time.
  public let workers: Int

  /// A measurement on `data`.
  public init(_ data: Dataset, side: Int, workers: Int) {
    self.data = data
    self.side = side
    self.workers = workers
  }

  /// What was found out.
  public struct Measurement: Sendable {
    /// Average precision over the pictures that could be read.
    public var precision: AveragePrecision
    /// The others.
    public var unreadablePaths: [String]
  }

  /// Average precision of `model`, with the settings the reference validates with: confidence 0.001, overlap 0.7, several
  /// classes a box, 300 boxes a picture. Throws `.unusableData` if no picture can be read that shows an object: there
  /// would be nothing to be right about.
  public func measure(_ model: InferenceModel) throws(TrainingError) -> Measurement {
    var options = Detector.Options()
    options.width = side
    options.height = side
    options.isSquare = true
    options.precision = .f32
    options.detection = DetectionOptions(confidence: 0.001, overlap: 0.7, limit: 300)
    options.detection.isMultiLabel = true
    let detector = Detector(model, options: options)
    let tally = Mutex(Tally(count: data.samples.count))
    let threads = (0..<max(workers, 1)).map { _ in ComputeWorker(team: 1) }
    defer { for thread in threads { thread.stop() } }
    for thread in threads {
      thread.start {
        let worker = DetectionWorker(detector)
        while let index = tally.withLock({ $0.next() }) {
          let outcome = Self.outcome(data.samples[index], worker)
          tally.withLock { $0.take(outcome, at: index) }
        }
      }
    }
    for thread in threads { thread.wait() }
    return try tally.withLock { tally throws(TrainingError) in
      if let failure = tally.failure {
        throw TrainingError(.compute, "the model could not be validated", cause: failure)
      }
      let read = tally.outcomes.compactMap { $0 }
      guard read.contains(where: { $0.truth.contains { !$0.isCrowd } }) else {
        throw TrainingError(
          .unusableData, "none of the \(data.samples.count) pictures to validate on can be read and shows an object")
      }
      let precision = AveragePrecision(
        truth: read.map(\.truth), found: read.map(\.found), classCount: data.classNames.count)
      let unreadable = data.samples.indices.filter { tally.outcomes[$0] == nil }
      return Measurement(precision: precision, unreadablePaths: unreadable.map { data.samples[$0].path })
    }
  }

  /// Truth and finds of one picture.
  private struct Outcome: Sendable {
    var truth: [TrueObject]
    var found: [FoundObject]
  }

  private struct Tally {
    var outcomes: [Outcome?]
    var failure: (any Error)?
    private var position = 0

    init(count: Int) { outcomes = [Outcome?](repeating: nil, count: count) }

    mutating func next() -> Int? {
      guard failure == nil, position < outcomes.count else { return nil }
      defer { position += 1 }
      return position
    }

    mutating func take(_ outcome: Result<Outcome?, InferenceError>, at index: Int) {
      switch outcome {
      case .success(let value): outcomes[index] = value
      case .failure(let error): failure = error
      }
    }
  }

  private static func outcome(
    _ sample: Dataset.Sample, _ worker: DetectionWorker
  ) -> Result<Outcome?, InferenceError> {
    guard let buffer = try? PictureFile(path: sample.path).read(as: .rgb24) else { return .success(nil) }
    let width = Double(buffer.layout.width), height = Double(buffer.layout.height)
    do throws(InferenceError) {
      let found = try worker.detect(buffer).map { FoundObject($0) }
      let truth = sample.objects.map { object in
        let box = SIMD4<Double>(object.box) * SIMD4(width, height, width, height)
        return TrueObject(
          box: PreciseBox(left: box[0], top: box[1], width: box[2] - box[0], height: box[3] - box[1]),
          classID: object.classID, isCrowd: object.isCrowd)
      }
      return .success(Outcome(truth: truth, found: found))
    } catch { return .failure(error) }
  }
}
