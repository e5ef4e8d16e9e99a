import Capture
package import Evaluation
package import GELAN
import Imaging
package import Inference
import Scene
import Synchronization

/// Measures a model on labelled images as it is deployed: folded, compiled for inference, with box decoding and
/// non-maximum suppression.
package struct Validation: Sendable {
  /// The images and their objects.
  package let truth: GroundTruth
  /// Images processed at the same time.
  package let workers: Int
  /// Input size, precision and thresholds.
  package var options = Detector.Options()
  /// Whether the losses are computed, too; the model must have the classes of the data.
  package var measuresLoss = false
  /// Called with the number of images done, one call at a time.
  package var progress: @Sendable (Int) -> Void = { _ in }

  /// A validation on `truth` with square inputs of `side` pixels and `workers` images at a time, with the reference's
  /// validation settings: confidence 0.001, overlap 0.7, multi-label, 300 detections per image.
  package init(_ truth: GroundTruth, side: Int, workers: Int) {
    self.truth = truth
    self.workers = workers
    (options.width, options.height) = (side, side)
    options.isSquare = true
    options.detection = DetectionOptions(confidence: 0.001, overlap: 0.7, limit: 300)
    options.detection.isMultiLabel = true
  }

  /// The results.
  package struct Measurement: Sendable {
    /// Objects of each image in the order of the data; empty for images that were skipped.
    package let truth: [[TrueObject]]
    /// Detections in each image.
    package let found: [[FoundObject]]
    /// Problems of the images.
    package let problems: [GroundTruth.Problem]
    /// Number of images measured.
    package let imageCount: Int
    /// Average precision over them.
    package let precision: AveragePrecision
    /// Precision of the computation.
    package let arithmetic: CompilationOptions.Precision
    /// Loss terms of all images as one batch, if they were asked for.
    package let loss: DetectionLoss.Terms?
  }

  /// Detects objects in every image and compares. Throws errors of the detector, and `mismatched` if no readable
  /// image shows an object.
  ///
  /// - Parameter classes: class of the data for each class of the model; `nil` if they are the same.
  package func measure(_ model: InferenceModel, classes: [Int?]? = nil) throws -> Measurement {
    let detector = Detector(model, options: options)
    let table: [Int?] = classes ?? model.classNames.indices.map { $0 }
    let tally = Mutex(Tally(count: truth.images.count))
    let threads = try (0..<max(workers, 1)).map { _ in try ComputeWorker(team: 1) }
    for thread in threads {
      thread.start {
        let worker = DetectionWorker(detector)
        while let index = tally.withLock({ $0.next() }) {
          let result = outcome(truth.images[index], worker, table)
          tally.withLock {
            $0.take(result, at: index)
            progress($0.done)
          }
        }
      }
    }
    for thread in threads { thread.wait() }
    let end = tally.withLock { $0 }
    if let failure = end.failure { throw failure }
    guard end.truth.contains(where: { $0.contains { !$0.isCrowd } }) else {
      throw EvaluationError(
        .mismatched, file: truth.path,
        "none of its \(truth.images.count) images can be read and shows an object"
          + (end.problems.isEmpty ? "" : ": \(end.problems.report.joined(separator: "; "))"))
    }
    return Measurement(
      truth: end.truth, found: end.found, problems: end.problems.sorted { $0.place < $1.place },
      imageCount: end.measured,
      precision: AveragePrecision(truth: end.truth, found: end.found, classCount: truth.categories.count),
      arithmetic: options.precision, loss: measuresLoss ? ValidationLoss.whole(end.losses.compactMap(\.self)) : nil)
  }

  /// The result of one image.
  private enum Outcome {
    case measured([TrueObject], [FoundObject], DetectionLoss.Outcome?, GroundTruth.Problem?)
    case leftOut(GroundTruth.Problem)
    case failed(InferenceError)
  }

  /// State shared by the workers.
  private struct Tally {
    var truth: [[TrueObject]]
    var found: [[FoundObject]]
    /// Without gradients, in the order of the images, so that sums do not depend on the threads.
    var losses: [DetectionLoss.Outcome?]
    var problems: [GroundTruth.Problem] = []
    var failure: InferenceError?
    var done = 0
    var measured = 0
    private var position = 0

    init(count: Int) {
      truth = [[TrueObject]](repeating: [], count: count)
      found = [[FoundObject]](repeating: [], count: count)
      losses = [DetectionLoss.Outcome?](repeating: nil, count: count)
    }

    mutating func next() -> Int? {
      guard failure == nil, position < truth.count else { return nil }
      defer { position += 1 }
      return position
    }

    mutating func take(_ outcome: Outcome, at index: Int) {
      done += 1
      switch outcome {
      case .measured(let objects, let finds, let loss, let problem):
        (truth[index], found[index], losses[index]) = (objects, finds, loss)
        if let problem { problems.append(problem) }
        measured += 1
      case .leftOut(let problem): problems.append(problem)
      case .failed(let error): failure = error
      }
    }
  }

  private func outcome(_ image: GroundTruth.Image, _ worker: DetectionWorker, _ classes: [Int?]) -> Outcome {
    guard let buffer = try? ImageFile(path: image.path).read() else {
      return .leftOut(GroundTruth.Problem(kind: .unreadableImage, place: image.path))
    }
    let size = GroundTruth.Size(width: buffer.layout.width, height: buffer.layout.height)
    if case .unusable(let kind, let detail) = ImageCheck(width: size.width, height: size.height) {
      return .leftOut(GroundTruth.Problem(kind: kind, place: image.path, detail: detail))
    }
    let objects = image.objects(in: size)
    let problem: GroundTruth.Problem? =
      switch image.agreement(with: size) {
      case .same: nil
      case .resized: GroundTruth.Problem(kind: .resizedImage, place: image.name)
      case .wrong: GroundTruth.Problem(kind: .wrongSize, place: image.name)
      }
    do throws(InferenceError) {
      let detections: [Detection]
      if measuresLoss {
        try worker.prepare(buffer)
        try worker.infer(boxesEverywhere: true)
        detections = try worker.detections()
      } else {
        detections = try worker.detect(buffer)
      }
      let finds = detections.compactMap { detection -> FoundObject? in
        guard let classID = classes[detection.classID] else { return nil }
        var find = FoundObject(detection)
        find.classID = classID
        return find
      }
      return .measured(objects, finds, try loss(of: objects, in: buffer.layout, worker), problem)
    } catch { return .failed(error) }
  }

  /// The loss of the image that `worker` ran on last; `nil` if it is not asked for.
  private func loss(
    of objects: [TrueObject], in layout: PixelLayout, _ worker: DetectionWorker
  ) throws(InferenceError) -> DetectionLoss.Outcome? {
    guard measuresLoss else { return nil }
    let letterbox: Letterbox
    do throws(ImagingError) { letterbox = try worker.letterbox(for: layout) } catch {
      throw InferenceError(.size, error.description, cause: error)
    }
    var outcome = ValidationLoss().evaluate(
      try worker.headMaps(), objects: objects, letterbox: letterbox, classCount: truth.categories.count)
    outcome.gradients = []
    return outcome
  }
}
