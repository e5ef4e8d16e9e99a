public import Foundation
public import GELAN
import OneDNN

/// What a run trains and how.
public struct TrainingPlan: Sendable {
  /// What the auxiliary branch does.
  public enum Auxiliary: String, Sendable, CaseIterable {
    /// As the network has it: programmable gradient information.
    case on
    /// Trained without: the main branch alone.
    case off
  }

  /// The network; its class count is set by the data.
  public var network: NetworkSpec
  /// Passes over the data.
  public var epochs = 100
  /// Side of the square pictures.
  public var side = 320
  /// Pictures a step computes on.
  public var batch = 16
  /// Pictures an optimiser step counts for; smaller batches are accumulated.
  public var nominalBatch = 64
  /// Learning rate after the warm-up.
  public var learningRate = 0.01
  /// Weight decay before it is scaled to the batch.
  public var decay = 5e-4
  /// Epochs of warm-up.
  public var warmupEpochs = 3.0
  /// Variation of the pictures.
  public var augmentation = Augmentation()
  /// Last epochs without mosaic and mixup.
  public var closeMosaic = 15
  /// The auxiliary branch.
  public var auxiliary = Auxiliary.on
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

  /// A plan to train `network` with the published settings.
  public init(network: NetworkSpec) { self.network = network }
}

/// Trains a network: batches in, checkpoints and a log out.
public final class Trainer {
  /// What one iteration did.
  public struct Progress: Sendable {
    /// Iterations done since the run began.
    public var iteration: Int
    /// Epoch of the iteration, from 0.
    public var epoch: Int
    /// Iterations of the whole run.
    public var iterations: Int
    /// Loss terms.
    public var terms: DetectionLoss.Terms
    /// Norm of the gradient before clipping, at an optimiser step.
    public var gradientNorm: Double?
    /// Pictures a second over the last iterations.
    public var rate: Double
  }

  /// The plan.
  public let plan: TrainingPlan
  /// The tensors.
  public let table: ParameterTable
  /// The weights now.
  public let parameters: FloatBuffer
  /// The weights averaged over the steps.
  public private(set) var average: WeightAverage
  /// The network with the classes of the data.
  public let network: NetworkSpec
  /// Iterations done.
  public private(set) var iteration = 0

  private let data: Dataset
  private let cache: PictureCache
  private let schedule: LearningSchedule
  private var optimizer: StochasticGradient
  private let accumulated: FloatBuffer
  private var lastStep = -1
  private let compiled: BatchComputation

  /// A run of `plan` on `data`; `decode` reads a picture, or gives nothing where it cannot.
  public init(
    _ plan: TrainingPlan, data: Dataset, decode: @escaping @Sendable (String) -> Picture?
  ) throws(TrainingError) {
    self.plan = plan
    self.data = data
    var network = plan.auxiliary == .off ? plan.network.inference : plan.network
    network.classCount = data.classNames.count
    self.network = network
    let batches = data.samples.count / plan.batch
    guard plan.workers > 0, plan.batch % plan.workers == 0 else {
      throw TrainingError(
        .unusableNetwork, "a batch of \(plan.batch) cannot be shared equally by \(plan.workers) workers")
    }
    guard batches > 0 else {
      throw TrainingError(
        .unusableData, "\(data.samples.count) pictures do not fill one batch of \(plan.batch)")
    }
    let graph = network.graph()
    table = ParameterTable(graph: graph)
    parameters = FloatBuffer(count: table.count)
    InitialWeights.write(to: parameters, table: table, graph: graph, seed: plan.seed)
    average = WeightAverage(of: parameters, decay: plan.averageDecay, ramp: plan.averageRamp)
    var schedule = LearningSchedule(epochs: plan.epochs, batchesPerEpoch: batches, batch: plan.batch)
    schedule.nominalBatch = plan.nominalBatch
    schedule.initialRate = plan.learningRate
    schedule.warmupEpochs = plan.warmupEpochs
    schedule.coolEpochs = plan.coolEpochs
    self.schedule = schedule
    optimizer = StochasticGradient(table: table, decay: schedule.scaledDecay(plan.decay))
    accumulated = FloatBuffer(count: table.count)
    let engine: Engine
    do throws(OneDNNError) { engine = try Engine() } catch {
      throw TrainingError(.compute, "the compute library could not be started", cause: error)
    }
    compiled = try BatchComputation(
      graph, batch: plan.batch, side: plan.side, workers: plan.workers, team: plan.threads, table: table,
      parameters: parameters, engine: engine)
    cache = PictureCache(paths: data.samples.map(\.path), side: plan.side, decode: decode)
  }

  /// Iterations of the whole run.
  public var iterationCount: Int { schedule.epochs * schedule.batchesPerEpoch }

  /// Pictures that could not be read so far; they were trained on as empty canvases.
  public var unreadablePaths: [String] { cache.unreadablePaths }

  /// Memory of activations and their gradients, in bytes.
  public var arenaByteCount: Int { compiled.arenaByteCount }

  /// Trains until iteration `end` (the end of the run unless said otherwise), on the calling thread.
  ///
  /// `report` is called after every iteration; training stops early when it gives `false`. A checkpoint goes to
  /// `checkpoint` at the end of every epoch and every so many steps; one that cannot be written leaves the one before.
  public func run(
    until end: Int? = nil, checkpoint: URL? = nil, report: (Progress) -> Bool
  ) throws(TrainingError) {
    let end = min(end ?? iterationCount, iterationCount)
    guard iteration < end else { return }
    let prepare = preparation()
    let loader = BatchLoader(iteration..<end, prepare: prepare)
    defer { loader.stop() }
    var loss = DetectionLoss()
    loss.guidance = plan.guidance
    let clock = ContinuousClock()
    var seconds = 0.0
    while iteration < end {
      let start = clock.now
      let epoch = iteration / schedule.batchesPerEpoch
      if iteration % schedule.batchesPerEpoch == 0 { accumulated.fill(0) }
      let batch = loader.next()
      let terms = try compiled.compute(batch, loss: loss, gradient: accumulated, parameters: parameters)
      let rates = schedule.rates(iteration: iteration)
      var norm: Double?
      if iteration - lastStep >= rates.accumulate {
        norm = optimizer.step(parameters, gradient: accumulated, table: table, rates: rates)
        average.update(parameters)
        accumulated.fill(0)
        lastStep = iteration
      }
      iteration += 1
      let elapsed = (clock.now - start) / .seconds(1)
      seconds = seconds == 0 ? elapsed : seconds * 0.95 + elapsed * 0.05
      let goesOn = report(
        Progress(
          iteration: iteration, epoch: epoch, iterations: iterationCount, terms: terms, gradientNorm: norm,
          rate: Double(plan.batch) / seconds))
      if let checkpoint, norm != nil,
        !goesOn || iteration == end || iteration % schedule.batchesPerEpoch == 0
          || optimizer.steps % plan.checkpointEvery == 0
      {
        try? save(to: checkpoint)
        try? writeModel(
          to: checkpoint.deletingLastPathComponent().appending(path: "model.safetensors"),
          origin: "trained for \(iteration) iterations")
      }
      if !goesOn { return }
    }
  }

  /// Makes batch number n, counted from the start of the run.
  private func preparation() -> @Sendable (Int) -> TrainingBatch {
    let plan = plan, samples = data.samples, cache = cache, batches = schedule.batchesPerEpoch
    func sampler(_ augmentation: Augmentation) -> SamplePreparation {
      SamplePreparation(
        samples: samples, side: plan.side, augmentation: augmentation, seed: plan.seed,
        picture: { cache.picture($0) })
    }
    var late = plan.augmentation
    late.mosaic = 0
    late.mixup = 0
    let open = sampler(plan.augmentation), closed = sampler(late)
    return { number in
      let epoch = number / batches
      var order = Array(samples.indices)
      var random = SampleRandom(seed: plan.seed, epoch: epoch, index: -1)
      order.shuffle(using: &random)
      let maker = epoch >= plan.epochs - plan.closeMosaic ? closed : open
      let plane = plan.side * plan.side
      var batch = TrainingBatch(pictures: [Float](repeating: 0, count: plan.batch * 3 * plane), targets: [])
      for slot in 0..<plan.batch {
        let place = (number % batches) * plan.batch + slot
        let prepared = maker.prepare(order[place], epoch: epoch, place: place)
        batch.add(prepared, slot: slot, side: plan.side)
      }
      return batch
    }
  }
}

extension TrainingBatch {
  mutating func add(_ sample: PreparedSample, slot: Int, side: Int) {
    let plane = side * side
    let start = slot * 3 * plane
    unsafe pictures.withUnsafeMutableBufferPointer { target in
      unsafe sample.picture.pixels.withUnsafeBufferPointer { source in
        for pixel in 0..<plane {
          unsafe target[start + pixel] = Float(source[pixel * 3]) * (1 / 255)
          unsafe target[start + plane + pixel] = Float(source[pixel * 3 + 1]) * (1 / 255)
          unsafe target[start + 2 * plane + pixel] = Float(source[pixel * 3 + 2]) * (1 / 255)
        }
      }
    }
    for object in sample.objects {
      let box = object.box / Float(side)
      targets.append(
        ObjectTarget(
          image: slot, classID: object.classID, centreX: (box[0] + box[2]) / 2, centreY: (box[1] + box[3]) / 2,
          width: box[2] - box[0], height: box[3] - box[1]))
    }
  }
}

extension FloatBuffer {
  func add(_ other: FloatBuffer) {
    unsafe withPointer { mine in
      unsafe other.withPointer { theirs in
        for index in 0..<count { unsafe mine[index] += theirs[index] }
      }
    }
  }
}

extension Trainer {
  /// Where a run stood; everything else of a checkpoint is tensors.
  struct State: Codable {
    var iteration: Int
    var lastStep: Int
    var steps: Int
    var updates: Int
    var network: String
    var classNames: [String]
  }

  /// Writes weights, average, momentum and position to `file`, whole or not at all.
  public func save(to file: URL) throws(TrainingError) {
    var entries: [SafetensorsFile.Entry] = []
    for (prefix, buffer) in buffers {
      for entry in table.entries where prefix != "momentum/" || entry.role != .statistic {
        entries.append(
          .init(
            name: prefix + entry.name, tensor: WeightTensor(shape: entry.shape, values: buffer.values(entry.range))))
      }
    }
    let state = State(
      iteration: iteration, lastStep: lastStep, steps: optimizer.steps, updates: average.updates, network: network.name,
      classNames: data.classNames)
    do {
      let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
      try SafetensorsFile.write(entries, metadata: ["training": text], to: file.path)
    } catch {
      throw TrainingError(.cannotWrite, "the checkpoint \(file.path) could not be written", cause: error)
    }
  }

  /// Goes on from a checkpoint of the same network: the losses that follow are those of the unbroken run.
  public func resume(from file: URL) throws(TrainingError) {
    do {
      let stored = try SafetensorsFile(path: file.path)
      let state = try JSONDecoder().decode(State.self, from: Data((stored.metadata["training"] ?? "").utf8))
      guard state.network == network.name, state.classNames == data.classNames else {
        throw TrainingError(
          .unusableCheckpoint,
          "\(file.path) holds \(state.network) with \(state.classNames.count) classes, the run trains \(network.name) "
            + "with \(data.classNames.count)")
      }
      for (prefix, buffer) in buffers {
        for entry in table.entries where prefix != "momentum/" || entry.role != .statistic {
          guard let tensor = stored.tensors[prefix + entry.name], tensor.shape == entry.shape else {
            throw TrainingError(
              .unusableCheckpoint, "\(file.path) lacks \(prefix + entry.name) or has it in another shape")
          }
          buffer.write(try tensor.floats(), at: entry.range.lowerBound)
        }
      }
      iteration = state.iteration
      lastStep = state.lastStep
      optimizer.steps = state.steps
      average.updates = state.updates
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(.unusableCheckpoint, "the checkpoint \(file.path) could not be read", cause: error)
    }
  }

  private var buffers: [(String, FloatBuffer)] {
    [("", parameters), ("average/", average.values), ("momentum/", optimizer.momentum)]
  }

  /// Writes the averaged network without its auxiliary branch, folded and in half precision: the file to run.
  public func writeModel(to file: URL, origin: String) throws(TrainingError) {
    let tensors = table.entries.map {
      ($0.name, WeightTensor(shape: $0.shape, values: average.values.values($0.range)))
    }
    do throws(ModelError) {
      let model = try InferenceModel(
        training: WeightStore(Dictionary(uniqueKeysWithValues: tensors)), of: network, classNames: data.classNames)
      try model.write(to: file.path, elementType: .float16, licence: nil, origin: origin)
    } catch {
      throw TrainingError(.cannotWrite, "the model \(file.path) could not be written", cause: error)
    }
  }
}
