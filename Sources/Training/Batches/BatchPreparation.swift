import Imaging

/// Makes the batches of a run: which images, in which order, with which augmentation. A batch depends only on its
/// number.
struct BatchPreparation: Sendable {
  private let count: Int
  private let plan: TrainingPlan
  private let batches: Int
  private let slots: Range<Int>
  private let open: SamplePreparation
  private let closed: SamplePreparation

  /// Prepares `batches` batches per epoch of `plan` from `samples`, whose images `image` decodes. Only `slots` of
  /// each batch are filled; the others belong to other processes.
  init(
    _ plan: TrainingPlan, batches: Int, samples: [Dataset.Sample], slots: Range<Int>? = nil,
    image: @escaping @Sendable (Int) -> RGBImage?
  ) {
    self.slots = slots ?? 0..<plan.batch
    self.plan = plan
    self.batches = batches
    count = samples.count
    func sampler(_ augmentation: Augmentation) -> SamplePreparation {
      SamplePreparation(
        samples: samples, side: plan.side, augmentation: augmentation, seed: plan.seed, image: image)
    }
    var late = plan.augmentation
    late.mosaic = 0
    late.mixup = 0
    open = sampler(plan.augmentation)
    closed = sampler(late)
  }

  /// Batch `number`, counted from the start of the run.
  func callAsFunction(_ number: Int) -> TrainingBatch {
    let epoch = number / batches
    var order = Array(0..<count)
    var random = SampleRandom(seed: plan.seed, epoch: epoch, index: -1)
    order.shuffle(using: &random)
    let maker = epoch >= plan.epochs - plan.closeMosaic ? closed : open
    var batch = TrainingBatch(count: plan.batch, side: plan.side(ofBatch: number))
    for slot in slots {
      let place = (number % batches) * plan.batch + slot
      batch.add(maker.prepare(order[place % count], epoch: epoch, place: place).resized(side: batch.side), slot: slot)
    }
    return batch
  }
}
