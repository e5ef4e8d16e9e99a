public import GELAN

/// What a run trains and how.
public struct TrainingPlan: Sendable {
  /// The network; its class count is set by the data.
  public var network: NetworkSpec
  /// Passes over the data.
  public var epochs = 100
  /// Side of the square pictures.
  public var side = 320
  /// How much larger or smaller than `side` a batch may be, as a fraction; its size is drawn for each batch.
  public var sideRange = 0.0
  /// Pictures a step computes on.
  public var batch = 16
  /// Pictures an optimiser step counts for; smaller batches are accumulated.
  public var nominalBatch = 64
  /// Learning rate after the warm-up.
  public var learningRate = 0.01
  /// How kernels move.
  public var method = StochasticGradient.Method.sgd
  /// Weight decay before it is scaled to the batch.
  public var decay = 5e-4
  /// Epochs of warm-up.
  public var warmupEpochs = 3.0
  /// Variation of the pictures.
  public var augmentation = Augmentation()
  /// Last epochs without mosaic and mixup.
  public var closeMosaic = 15
  /// What guides the backbone besides the main head.
  public var auxiliary = NetworkSpec.Auxiliary.branch
  /// Whether the auxiliary branch joins its levels.
  public var auxiliaryLevels = NetworkSpec.AuxiliaryLevels.all
  /// Largest norm of a step's gradient; longer ones are shortened to it.
  public var largestNorm = 10.0
  /// How the auxiliary group finds its anchors.
  public var guidance = DetectionLoss.Guidance.own
  /// Epochs at the end over which the learning rate falls; without, it falls from the start.
  public var coolEpochs: Int?
  /// Share of the old weight average that a step keeps in the long run.
  public var averageDecay = 0.9999
  /// Steps over which the average's decay rises.
  public var averageRamp = 2000.0
  /// Seed of everything random.
  public var seed: UInt64 = 0
  /// Workers that share each batch; the batch must be a multiple.
  public var workers = 2
  /// Threads of each worker's team.
  public var threads = 1
  /// Steps between checkpoints, besides those at the ends of epochs.
  public var checkpointEvery = 200
  /// Epochs without a better model after which a run ends; needs validation.
  public var patience = 100
  /// Epochs between validations; the last epoch always has one.
  public var validationEvery = 1

  /// A plan to train `network` with the published settings.
  public init(network: NetworkSpec) { self.network = network }

  /// The sizes that batches have: all between the limits that every network takes, the largest last.
  var sides: [Int] {
    let step = 32
    let least = Int((Double(side) * (1 - sideRange) / Double(step)).rounded(.up))
    let most = Int(Double(side) * (1 + sideRange)) / step
    return sideRange > 0 && least < most ? (max(least, 1)...most).map { $0 * step } : [side]
  }

  /// The size of batch `number`, counted from the start of the run: the same whenever the run is taken up again.
  func side(ofBatch number: Int) -> Int {
    let sides = sides
    var random = SampleRandom(seed: seed, epoch: number, index: -2)
    return sides[random.index(below: sides.count)]
  }

  /// The schedule of a run with `batches` batches in an epoch.
  func schedule(batches: Int) -> LearningSchedule {
    var schedule = LearningSchedule(epochs: epochs, batchesPerEpoch: batches, batch: batch)
    schedule.nominalBatch = nominalBatch
    schedule.initialRate = learningRate
    schedule.warmupEpochs = warmupEpochs
    schedule.coolEpochs = coolEpochs
    return schedule
  }
}
