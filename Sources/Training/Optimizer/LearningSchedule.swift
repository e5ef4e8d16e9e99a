/// Learning rates, momentum and gradient accumulation of every iteration: linear warm-up, then linear decay to
/// `initialRate * finalFraction`, as in the published training loop (whose rate lags one epoch behind). With
/// `coolEpochs` the rate is constant and decays only at the end.
package struct LearningSchedule: Hashable, Sendable {
  /// Epochs of the run.
  package var epochs: Int
  /// Batches in an epoch.
  package var batchesPerEpoch: Int
  /// Images in a batch.
  package var batch: Int
  /// Learning rate after the warm-up.
  package var initialRate: Double = 0.01
  /// Final learning rate as a fraction of the initial one.
  package var finalFraction: Double = 0.01
  /// Epochs at the end over which the rate decays; `nil` decays from the start.
  ///
  /// With a constant rate before, a run can be made longer or shorter while it goes.
  package var coolEpochs: Int?
  /// Momentum after the warm-up.
  package var momentum: Double = 0.937
  /// Momentum at the first iteration.
  package var warmupMomentum: Double = 0.8
  /// Learning rate of the biases at the first iteration.
  package var warmupBiasRate: Double = 0.1
  /// Epochs of warm-up, at least `leastWarmup` iterations.
  package var warmupEpochs: Double = 3
  /// Fewest iterations of warm-up.
  package var leastWarmup = 100
  /// Images an optimiser step should average over; smaller batches are accumulated.
  package var nominalBatch = 64

  /// The schedule of a run of `epochs` epochs of `batchesPerEpoch` batches of `batch` images.
  package init(epochs: Int, batchesPerEpoch: Int, batch: Int) {
    self.epochs = epochs
    self.batchesPerEpoch = batchesPerEpoch
    self.batch = batch
  }

  /// The values for one iteration.
  package struct Rates: Hashable, Sendable {
    /// Learning rate of the biases.
    package var bias: Double
    /// Learning rate of everything else.
    package var weight: Double
    /// Momentum.
    package var momentum: Double
    /// Batches to accumulate per optimiser step.
    package var accumulate: Int
  }

  /// Iterations of warm-up.
  package var warmupIterations: Int {
    max(Int((warmupEpochs * Double(batchesPerEpoch)).rounded(.toNearestOrEven)), leastWarmup)
  }

  /// Weight decay of one step, scaled to the images it averages over.
  package func scaledDecay(_ decay: Double) -> Double {
    decay * Double(batch * fullAccumulation) / Double(nominalBatch)
  }

  private var fullAccumulation: Int {
    max(Int((Double(nominalBatch) / Double(batch)).rounded(.toNearestOrEven)), 1)
  }

  private func fraction(_ epoch: Int) -> Double {
    let falling = max(coolEpochs ?? epochs, 1)
    let fallen = Double(max(epoch - (epochs - falling), 0)) / Double(falling)
    return (1 - min(fallen, 1)) * (1 - finalFraction) + finalFraction
  }

  /// The values for iteration `iteration`, counted from the start of the run.
  package func rates(iteration: Int) -> Rates {
    let epoch = iteration / max(batchesPerEpoch, 1)
    let warmup = warmupIterations
    guard iteration <= warmup else {
      // In the epoch in which the warm-up ends its last rate is kept; after that the rate of the previous epoch is
      // used.
      let rate = initialRate * fraction(warmup / max(batchesPerEpoch, 1) == epoch ? epoch : epoch - 1)
      return Rates(bias: rate, weight: rate, momentum: momentum, accumulate: fullAccumulation)
    }
    let done = Double(iteration) / Double(warmup)
    func between(_ start: Double, _ end: Double) -> Double { start + (end - start) * done }
    let target = initialRate * fraction(epoch)
    let accumulate = between(1, Double(nominalBatch) / Double(batch)).rounded(.toNearestOrEven)
    return Rates(
      bias: between(warmupBiasRate, target), weight: between(0, target), momentum: between(warmupMomentum, momentum),
      accumulate: max(1, Int(accumulate)))
  }
}
