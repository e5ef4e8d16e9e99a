import GELAN
import OneDNN

/// Loss and gradient of a batch, computed in equal shares by several workers.
///
/// Each share normalises by its own statistics and its own sum of target scores, as data-parallel training without
/// synchronised normalisation does; gradients are added in the order of the shares, so the result does not depend on
/// which worker is faster.
final class BatchComputation {
  private final class Share: @unchecked Sendable {
    var network: TrainableNetwork?
    var outcome: Result<DetectionLoss.Outcome, TrainingError>?
    var lossSeconds = 0.0
  }

  private let workers: [ComputeWorker]
  private let shares: [Share]
  let batch: Int
  let side: Int

  init(
    _ graph: Graph, batch: Int, side: Int, workers count: Int, team: Int, table: ParameterTable,
    parameters: FloatBuffer, engine: Engine
  ) throws(TrainingError) {
    self.batch = batch
    self.side = side
    workers = (0..<count).map { _ in ComputeWorker(team: team) }
    shares = (0..<count).map { _ in Share() }
    var failure: TrainingError?
    for (worker, share) in zip(workers, shares) {
      worker.start {
        do throws(TrainingError) {
          share.network = try TrainableNetwork(
            graph, batch: batch / count, height: side, width: side, table: table, parameters: parameters,
            engine: engine)
        } catch { share.outcome = .failure(error) }
      }
      worker.wait()
      if case .failure(let error) = share.outcome { failure = error }
    }
    if let failure { throw failure }
  }

  deinit { for worker in workers { worker.stop() } }

  var arenaByteCount: Int { shares.reduce(0) { $0 + ($1.network?.arenaByteCount ?? 0) } }

  /// Whether the time of every step is taken.
  var isTimed = false {
    didSet { for share in shares { share.network?.isTimed = isTimed } }
  }

  /// The steps of the first worker.
  var steps: [TrainableNetwork.Step] {
    guard let share = shares.first, let network = share.network else { return [] }
    return network.steps + [.init(part: "loss", implementation: "loss", isBackward: false, seconds: share.lossSeconds)]
  }

  /// Adds the gradient of `batch` to `gradient` and moves the running statistics; gives the mean of the shares' terms.
  func compute(
    _ input: TrainingBatch, loss: DetectionLoss, gradient: FloatBuffer, parameters: FloatBuffer
  ) throws(TrainingError) -> DetectionLoss.Terms {
    let size = batch / workers.count
    let pixels = size * 3 * side * side
    for (index, worker) in workers.enumerated() {
      let share = shares[index]
      worker.start {
        do throws(TrainingError) {
          guard let network = share.network else { return }
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
      guard let network = share.network, let outcome = try share.outcome?.get() else { continue }
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
