import GELAN
import MPI
import OneDNN
import Pipeline

/// Computes loss and gradient of a batch, in equal shares by several workers.
///
/// Each share is normalised by its own batch statistics and its own sum of target scores, as in data-parallel
/// training without synchronised batch normalisation. Gradients are added in the order of the shares, so the result
/// does not depend on which worker is faster, nor on how many processes the shares are distributed over. Each worker
/// compiles the network once per image size, largest first; smaller sizes reuse its memory.
final class BatchComputation {
  private final class Share: @unchecked Sendable {
    /// By side of the images.
    var networks: [Int: TrainableNetwork] = [:]
    var largest: TrainableNetwork?
    var outcome: Result<DetectionLoss.Outcome, TrainingError>?
    var lossSeconds = 0.0

    /// The network for images of `side` pixels, compiled at its first use.
    func network(
      _ side: Int, _ compile: (Int, TrainableNetwork?) throws(TrainingError) -> TrainableNetwork
    ) throws(TrainingError) -> TrainableNetwork {
      if let known = networks[side] { return known }
      let network = try compile(side, largest)
      networks[side] = network
      return network
    }
  }

  private let workers: [ComputeWorker]
  private let shares: [Share]
  private let compile: @Sendable (Int, TrainableNetwork?) throws(TrainingError) -> TrainableNetwork
  private let group: ProcessGroup
  /// Number of shares over all processes, and the first one of this process.
  private let shareCount: Int, firstShare: Int
  let batch: Int

  init(
    _ graph: Graph, batch: Int, largestSide: Int, workers count: Int, team: Int, table: ParameterTable,
    parameters: FloatBuffer, engine: Engine, group: ProcessGroup = .alone
  ) throws(TrainingError) {
    self.batch = batch
    self.group = group
    shareCount = count
    let own = count / group.count
    firstShare = own * group.rank
    compile = { (side, larger) throws(TrainingError) in
      try TrainableNetwork(
        graph, batch: batch / count, height: side, width: side, table: table, parameters: parameters, engine: engine,
        sharing: larger)
    }
    do throws(PipelineError) {
      workers = try (0..<own).map { (_) throws(PipelineError) in try ComputeWorker(team: team) }
    } catch { throw TrainingError(.compute, "\(own) threads could not be started", cause: error) }
    shares = (0..<own).map { _ in Share() }
    var failure: TrainingError?
    for (worker, share) in zip(workers, shares) {
      worker.start { [compile] in
        do throws(TrainingError) {
          let network = try compile(largestSide, nil)
          share.largest = network
          share.networks[largestSide] = network
        } catch { share.outcome = .failure(error) }
      }
      worker.wait()
      if case .failure(let error) = share.outcome { failure = error }
    }
    if let failure { throw failure }
  }

  var arenaByteCount: Int { shares.reduce(0) { $0 + ($1.largest?.arenaByteCount ?? 0) } }

  /// Whether each step is timed.
  var isTimed = false {
    didSet { for share in shares { share.largest?.isTimed = isTimed } }
  }

  /// The steps of the first worker at the largest size.
  var steps: [TrainableNetwork.Step] {
    guard let share = shares.first, let network = share.largest else { return [] }
    return network.steps + [.init(part: "loss", implementation: "loss", isBackward: false, seconds: share.lossSeconds)]
  }

  /// The weight of share `place` of a batch in the running statistics, which average over `age` batches so far.
  ///
  /// The published momentum is 0.03, but until then a plain mean: of the initial variance of 1 a quarter would be left
  /// after 45 batches, and that is many times the true one, layer by layer. The outputs of a network validated in a
  /// short run from random weights would hardly depend on the image.
  static func momentum(age: Int, place: Int, of shareCount: Int) -> Float {
    max(0.03 / Float(shareCount), 1 / Float(age * shareCount + place + 1))
  }

  /// Adds the gradient of `batch` to `gradient`, updates the running statistics, which average over `age` batches so
  /// far, and returns the mean loss terms of the shares.
  func compute(
    _ input: TrainingBatch, loss: DetectionLoss, gradient: FloatBuffer, parameters: FloatBuffer, age: Int
  ) throws(TrainingError) -> DetectionLoss.Terms {
    let size = batch / shareCount
    let side = input.side, pixels = size * 3 * side * side
    for (index, worker) in workers.enumerated() {
      let share = shares[index], place = firstShare + index
      worker.start { [compile] in
        do throws(TrainingError) {
          let network = try share.network(side, compile)
          let targets = input.targets.compactMap { target in
            guard target.image / size == place else { return nil as ObjectTarget? }
            var own = target
            own.image -= place * size
            return own
          }
          let images = Array(input.images[place * pixels..<(place + 1) * pixels])
          let maps = try network.forward(images)
          let start = ContinuousClock.now
          let outcome = loss.evaluate(maps, targets: targets)
          if network.isTimed { share.lossSeconds += (ContinuousClock.now - start) / .seconds(1) }
          if outcome.total.isFinite { try network.backward(outcome.gradients) }
          share.outcome = .success(outcome)
        } catch { share.outcome = .failure(error) }
      }
    }
    for worker in workers { worker.wait() }
    let sums = FloatBuffer(count: 3)
    try unsafe exchange([gradient, parameters, sums]) { buffers throws(MPIError) in
      try unsafe group.receivePartialSums(buffers)
    }
    for (index, share) in shares.enumerated() {
      guard let network = share.networks[side], let outcome = try share.outcome?.get() else { continue }
      guard outcome.total.isFinite else {
        throw TrainingError(.diverged, "the loss became \(outcome.total)")
      }
      gradient.add(network.gradient)
      network.updateStatistics(
        parameters, momentum: Self.momentum(age: age, place: firstShare + index, of: shareCount))
      sums[0] += outcome.terms.box / Float(shareCount)
      sums[1] += outcome.terms.classes / Float(shareCount)
      sums[2] += outcome.terms.distribution / Float(shareCount)
    }
    try unsafe exchange([gradient, parameters, sums]) { buffers throws(MPIError) in
      try unsafe group.passOnPartialSums(buffers)
    }
    var terms = DetectionLoss.Terms()
    (terms.box, terms.classes, terms.distribution) = (sums[0], sums[1], sums[2])
    return terms
  }

  /// Re-estimates the statistics of `normalisations` in `parameters` on the first share of `input`.
  func recalibrate(
    _ normalisations: Set<String>, on input: TrainingBatch, parameters: FloatBuffer
  ) throws(TrainingError) {
    let share = shares[0], side = input.side
    let images = Array(input.images[0..<batch / shareCount * 3 * side * side])
    workers[0].start { [compile] in
      do throws(TrainingError) {
        try share.network(side, compile).recalibrate(normalisations, on: images, parameters: parameters)
      } catch { share.outcome = .failure(error) }
    }
    workers[0].wait()
    if case .failure(let error) = share.outcome { throw error }
  }

  /// Exchanges `buffers` between the processes.
  private func exchange(
    _ buffers: [FloatBuffer], _ call: ([UnsafeMutableBufferPointer<Float>]) throws(MPIError) -> Void
  ) throws(TrainingError) {
    do throws(MPIError) {
      try unsafe call(
        buffers.map { buffer in unsafe buffer.withPointer { unsafe .init(start: $0, count: buffer.count) } })
    } catch { throw TrainingError(.compute, "the batch could not be computed together", cause: error) }
  }
}
