package import GELAN

/// What a run trains, and the hyperparameters.
package struct TrainingPlan: Sendable {
  /// The network; its number of classes comes from the data.
  package var network: NetworkSpec
  /// Passes over the data.
  package var epochs = 100
  /// Side of the square images in pixels.
  package var side = 320
  /// Multi-scale training: the side of each batch is drawn from `side` ± this fraction.
  package var sideRange = 0.0
  /// Images in a batch.
  package var batch = 16
  /// Images an optimiser step averages over; smaller batches are accumulated.
  package var nominalBatch = 64
  /// First rows of the network whose weights do not change; their normalisations still follow the data.
  package var frozenRows = 0
  /// Learning rate after the warm-up.
  package var learningRate = 0.01
  /// How convolution kernels are updated.
  package var method = StochasticGradient.Method.sgd
  /// Weight decay for a batch of `nominalBatch`.
  package var decay = 5e-4
  /// Epochs of warm-up.
  package var warmupEpochs = 3.0
  /// Augmentation of the images.
  package var augmentation = Augmentation()
  /// Number of last epochs without mosaic and mixup.
  package var closeMosaic = 15
  /// Auxiliary supervision of the backbone: PGI branch, deep supervision or none.
  package var auxiliary = NetworkSpec.Auxiliary.branch
  /// Whether the auxiliary branch fuses its levels.
  package var auxiliaryLevels = NetworkSpec.AuxiliaryLevels.all
  /// Parts of the auxiliary branch; `nil` for the network's own branch.
  package var auxiliaryForm: AuxiliaryForm?
  /// Largest norm of the gradient; longer ones are scaled down to it.
  package var largestNorm = 10.0
  /// How positives of the auxiliary group are assigned.
  package var guidance = DetectionLoss.Guidance.own
  /// Epochs at the end over which the learning rate decays; `nil` decays from the start.
  package var coolEpochs: Int?
  /// Final decay of the weight average.
  package var averageDecay = 0.9999
  /// Updates over which that decay rises.
  package var averageRamp = 2000.0
  /// Seed of all random numbers.
  package var seed: UInt64 = 0
  /// Workers that share each batch; must divide `batch`.
  package var workers = 2
  /// Threads of each worker.
  package var threads = 1
  /// Optimiser steps between checkpoints, besides those at the ends of epochs.
  package var checkpointEvery = 200
  /// Epochs without improvement after which a run ends; needs validation.
  package var patience = 100
  /// Epochs between validations; the last epoch is always validated.
  package var validationEvery = 1

  /// A plan to train `network` with the published settings.
  package init(network: NetworkSpec) { self.network = network }

  /// The network as it is trained, with the auxiliary supervision of the plan; `nil` if it has none of that kind.
  package var trainedNetwork: NetworkSpec? {
    if auxiliary == .branch, let auxiliaryForm { return network.training(with: auxiliaryForm) }
    return network.training(with: auxiliary, levels: auxiliaryLevels)
  }

  /// All sizes that batches can have: multiples of the stride within the limits, largest last.
  var sides: [Int] {
    let step = 32
    let least = Int((Double(side) * (1 - sideRange) / Double(step)).rounded(.up))
    let most = Int(Double(side) * (1 + sideRange)) / step
    return sideRange > 0 && least < most ? (max(least, 1)...most).map { $0 * step } : [side]
  }

  /// The side of batch `number`, counted from the start of the run. Resuming does not change it.
  func side(ofBatch number: Int) -> Int {
    let sides = sides
    var random = SampleRandom(seed: seed, epoch: number, index: -2)
    return sides[random.index(below: sides.count)]
  }

  /// The schedule of a run with `batches` batches per epoch.
  func schedule(batches: Int) -> LearningSchedule {
    var schedule = LearningSchedule(epochs: epochs, batchesPerEpoch: batches, batch: batch)
    schedule.nominalBatch = nominalBatch
    schedule.initialRate = learningRate
    schedule.warmupEpochs = warmupEpochs
    schedule.coolEpochs = coolEpochs
    return schedule
  }
}
