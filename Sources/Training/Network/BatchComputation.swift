import GELAN
import OneDNN

/// Loss and gradient of a batch, computed in equal shares by several workers.
///
/// Each share normalises by its own statistics and its own sum of target scores, as data-parallel training without
/// synchronised normalisation does; gradients are added in the order of the shares, so the result does not depend on
/// which worker is faster. Each worker compiles the network once for every size of pictures that comes, beginning with the
/// largest, in whose memory the others lie.
final class BatchComputation {
  private final class Share: @unchecked Sendable {
    /// By side of the pictures.
    var networks: [Int: TrainableNetwork] = [:]
    var largest: TrainableNetwork?
    var outcome: Result<DetectionLoss.Outcome, TrainingError>?
    var lossSeconds = 0.0
  }

  private let workers: [ComputeWorker]
  private let shares: [Share]
  private let compile: @Sendable (Int, TrainableNetwork?) throws(TrainingError) -> TrainableNetwork
  let batch: Int

  init(
    _ graph: Graph, batch: Int, largestSide: Int, workers count: Int, team: Int, table: ParameterTable,
    parameters: FloatBuffer, engine: Engine
  ) throws(TrainingError) {
    self.batch = batch
    compile = { (side, larger) throws(TrainingError) in
      try TrainableNetwork(
        graph, batch: batch / count, height: side, width: side, table: table, parameters: parameters, engine: engine,
        sharing: larger)
    }
    workers = (0..<count).map { _ in ComputeWorker(team: team) }
    shares = (0..<count).map { _ in Share() }
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

  deinit { for worker in workers { worker.stop() } }

  var arenaByteCount: Int { shares.reduce(0) { $0 + ($1.largest?.arenaByteCount ?? 0) } }

  /// Whether the time of every step is taken.
  var isTimed = false {
    didSet { for share in shares { share.largest?.isTimed = isTimed } }
  }

  /// The steps of the first worker at the largest size.
  var steps: [TrainableNetwork.Step] {
    guard let share = shares.first, let network = share.largest else { return [] }
    return network.steps + [.init(part: "loss", implementation: "loss", isBackward: false, seconds: share.lossSeconds)]
  }

  /// Adds the gradient of `batch` to `gradient` and moves the running statistics; gives the mean of the shares' terms.
  func compute(
    _ input: TrainingBatch, loss: DetectionLoss, gradient: FloatBuffer, parameters: FloatBuffer
  ) throws(TrainingError) -> DetectionLoss.Terms {
    let size = batch / workers.count
    let side = input.side, pixels = size * 3 * side * side
    for (index, worker) in workers.enumerated() {
      let share = shares[index]
      worker.start { [compile] in
        do throws(TrainingError) {
          let network = if let known = share.networks[side] { known } else { try compile(side, share.largest) }
          share.networks[side] = network
          let targets = input.targets.compactMap { target in
            guard target.image / size == index else { return nil as ObjectTarget? }
            var own = target
            own.image -= index * size
            return own
          }
          let pictures = Array(input.pictures[index * pixels..<(index + 1) * pixels])
          let maps = try network.forward(pictures)
          let start = ContinuousClock.now
          let outcome = loss.evaluate(maps, targets: targets)
          if network.isTimed { share.lossSeconds += (ContinuousClock.now - start) / .seconds(1) }
          if outcome.total.isFinite { try network.backward(outcome.gradients) }
          share.outcome = .success(outcome)
        } catch { share.outcome = .failure(error) }
      }
    }
    for worker in workers { worker.wait() }
    var terms = DetectionLoss.Terms()
    for share in shares {
      guard let network = share.networks[side], let outcome = try share.outcome?.get() else { continue }
      guard outcome.total.isFinite else {
        throw TrainingError(.diverged, "the loss became \(outcome.total)")
      }
      gradient.add(network.gradient)
      network.updateStatistics(parameters, momentum: 0.03 / Float(workers.count))
      terms.box += outcome.terms.box / Float(workers.count)
      terms.classes += outcome.terms.classes / Float(workers.count)
      terms.distribution += outcome.terms.distribution / Float(workers.count)
    }
    return terms
  }
}
