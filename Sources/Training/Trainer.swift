package import Evaluation
import Foundation
package import GELAN
package import Imaging
package import MPI
import OneDNN
import Pipeline

/// Trains a network: reads batches, writes checkpoints and reports.
package final class Trainer {
  /// The plan.
  package let plan: TrainingPlan
  /// The parameter table.
  package let table: ParameterTable
  /// The current weights.
  package let parameters: FloatBuffer
  /// The averaged weights.
  package private(set) var average: WeightAverage
  /// The network with the classes of the data.
  package let network: NetworkSpec
  /// Iterations done.
  package private(set) var iteration = 0
  /// The best validated epoch, from 0.
  package private(set) var best: (fitness: Double, epoch: Int)?

  let data: Dataset
  let schedule: LearningSchedule
  private(set) var optimizer: StochasticGradient
  private(set) var lastStep = -1
  /// Batches that the running statistics average over; those of a file count as many.
  private(set) var statisticsAge = 0
  private let cache: ImageCache
  private let accumulated: FloatBuffer
  private let computation: BatchComputation
  private let group: ProcessGroup

  /// A run of `plan` on `data`; `decode` reads an image and returns `nil` if it cannot. When several processes train
  /// together, each takes its share of the plan's workers, all do the same optimiser steps, and the first one writes
  /// the files.
  package init(
    _ plan: TrainingPlan, data: Dataset, group: ProcessGroup = .alone, decode: @escaping @Sendable (String) -> RGBImage?
  ) throws(TrainingError) {
    self.group = group
    self.plan = plan
    self.data = data
    guard var network = plan.trainedNetwork else {
      throw TrainingError(
        .unusableNetwork, "\(plan.network.name) has no auxiliary part of the kind '\(plan.auxiliary.rawValue)'")
    }
    network.classCount = data.classNames.count
    self.network = network
    // A batch larger than the data set repeats images.
    let batches = data.samples.isEmpty ? 0 : max(data.samples.count / max(plan.batch, 1), 1)
    guard network.headStyle.bins == HeadMaps.binCount else {
      throw TrainingError(
        .unusableNetwork,
        "\(network.name) has \(network.headStyle.bins) distance bins; training expects \(HeadMaps.binCount)")
    }
    guard plan.workers > 0, plan.batch > 0, plan.batch % plan.workers == 0 else {
      throw TrainingError(
        .unusableNetwork, "a batch of \(plan.batch) cannot be shared equally by \(plan.workers) workers")
    }
    guard plan.workers % group.count == 0 else {
      throw TrainingError(
        .unusableNetwork, "\(plan.workers) workers cannot be shared equally by \(group.count) processes")
    }
    guard batches > 0 else {
      throw TrainingError(
        .unusableData, "expected images to train on, there are none")
    }
    let graph = network.graph()
    table = ParameterTable(graph: graph, frozenRows: plan.frozenRows)
    parameters = FloatBuffer(count: table.count)
    InitialWeights.write(to: parameters, table: table, graph: graph, seed: plan.seed)
    average = WeightAverage(of: parameters, decay: plan.averageDecay, ramp: plan.averageRamp)
    schedule = plan.schedule(batches: batches)
    optimizer = StochasticGradient(table: table, decay: schedule.scaledDecay(plan.decay), method: plan.method)
    optimizer.largestNorm = plan.largestNorm
    accumulated = FloatBuffer(count: table.count)
    let engine: Engine
    do throws(OneDNNError) { engine = try Engine() } catch {
      throw TrainingError(.compute, "the compute library could not be started", cause: error)
    }
    computation = try BatchComputation(
      graph, batch: plan.batch, largestSide: plan.sides.last ?? plan.side, workers: plan.workers, team: plan.threads,
      table: table,
      parameters: parameters, engine: engine, group: group)
    // Half of the memory, divided by the processes of this machine.
    let budget = Int(clamping: ProcessInfo.processInfo.physicalMemory) / 2 / group.count
    cache = ImageCache(paths: data.samples.map(\.path), side: plan.side, byteBudget: budget, decode: decode)
  }

  /// Iterations of the whole run.
  package var iterationCount: Int { schedule.epochs * schedule.batchesPerEpoch }

  /// Files that could not be read so far; other images were used in their place.
  package var unreadablePaths: [String] { cache.unreadablePaths }

  /// Memory of activations and their gradients, in bytes.
  package var arenaByteCount: Int { computation.arenaByteCount }

  /// Starts from `weights` instead of random ones; call before the first iteration. Returns the classes of the data
  /// that the file does not know.
  @discardableResult
  package func begin(with weights: StartingWeights) throws(TrainingError) -> [String] {
    let unknown = weights.write(to: parameters, table: table, of: network, classes: data.classNames)
    let missing = weights.normalisationsWithoutStatistics(of: network)
    if !missing.isEmpty {
      // All processes use the same images, so that they start from the same weights.
      let first = preparation(slots: 0..<plan.batch / plan.workers)(0)
      try computation.recalibrate(missing, on: first, parameters: parameters)
    }
    average = WeightAverage(of: parameters, decay: plan.averageDecay, ramp: plan.averageRamp)
    statisticsAge = Self.settledAge
    return unknown
  }

  /// An age from which on the running statistics move by the published momentum.
  private static let settledAge = 1000

  /// The first `count` batches of the run as the network sees them, of one epoch at most.
  func firstBatches(_ count: Int) -> [TrainingBatch] {
    let preparation = preparation(slots: 0..<plan.batch)
    return (0..<min(count, schedule.batchesPerEpoch)).map { preparation($0) }
  }

  private func preparation(slots: Range<Int>) -> BatchPreparation {
    BatchPreparation(plan, batches: schedule.batchesPerEpoch, samples: data.samples, slots: slots) { [cache] in
      cache.image($0)
    }
  }

  func restore(_ state: State) {
    iteration = state.iteration
    lastStep = state.lastStep
    statisticsAge = state.statisticsAge ?? Self.settledAge
    optimizer.steps = state.steps
    average.updates = state.updates
    if let fitness = state.bestFitness, let epoch = state.bestEpoch { best = (fitness, epoch) }
  }

  /// Trains on the calling thread until iteration `end` (default: the end of the run), and on to the next optimiser
  /// step: only then no gradient is accumulated and the state can be saved.
  ///
  /// - Parameters:
  ///   - files: where checkpoints and models are written, at the end of every epoch and every `checkpointEvery`
  ///     optimiser steps. If a write fails, the previous file stays.
  ///   - validation: measures the averaged network after an epoch. Its result chooses the best model and ends the run
  ///     when `patience` is used up.
  ///   - ended: called after every epoch.
  ///   - report: called after every iteration; returning `false` ends training early.
  package func run(
    until end: Int? = nil, files: RunFiles? = nil, validation: Validation? = nil,
    epochEnded ended: (EpochReport) -> Void = { _ in }, report: (IterationReport) -> Bool
  ) throws(TrainingError) {
    let end = min(end ?? iterationCount, iterationCount)
    guard iteration < end else { return }
    let batches = schedule.batchesPerEpoch
    let part = plan.batch / group.count
    let preparation = preparation(slots: part * group.rank..<part * (group.rank + 1))
    let loader: BatchLoader
    do throws(PipelineError) { loader = try BatchLoader(iteration..<iterationCount) { preparation($0) } } catch {
      throw TrainingError(.compute, "the thread that prepares batches could not be started", cause: error)
    }
    var loss = DetectionLoss()
    loss.guidance = plan.guidance
    var clock = RunClock(batch: plan.batch)
    var sums = DetectionLoss.Terms.Mean()
    var goesOn = true
    while iteration < iterationCount, let batch = loader.next() {
      if iteration % batches == 0 { accumulated.fill(0) }
      clock.start()
      let terms = try computation.compute(
        batch, loss: loss, gradient: accumulated, parameters: parameters, age: statisticsAge)
      statisticsAge = min(statisticsAge + 1, Self.settledAge)
      sums.add(terms)
      let rates = schedule.rates(iteration: iteration)
      let norm = iteration - lastStep >= rates.accumulate ? step(rates) : nil
      iteration += 1
      clock.stop()
      let isWanted = report(
        IterationReport(
          iteration: iteration, epoch: (iteration - 1) / batches, iterations: iterationCount, terms: terms,
          gradientNorm: norm, rate: clock.rate))
      goesOn = goesOn && isWanted && iteration < end
      if iteration % batches == 0 {
        var result = EpochReport(
          epoch: iteration / batches - 1, iteration: iteration, terms: sums.value, learningRate: rates.weight)
        result.rate = clock.rate
        let isExhausted = try finish(&result, files: files, validation: validation)
        ended(result)
        if !goesOn || isExhausted {
          if let failure = result.failure { throw failure }
          return
        }
        sums = .init()
      } else if norm != nil {
        if let files, group.isFirst {
          // A failed write leaves the previous checkpoint. At the end it is an error, because users rely on the last
          // one.
          if !goesOn {
            try save(to: files.checkpoint)
          } else if optimizer.steps % plan.checkpointEvery == 0 {
            try? save(to: files.checkpoint)
          }
        }
        if !goesOn { return }
      }
    }
  }

  /// Sends the value of the first process to all, so that they decide alike.
  private func shared(_ value: Double) throws(TrainingError) -> Double {
    var parts = [Float(value), 0]
    parts[1] = Float(value - Double(parts[0]))
    do throws(MPIError) {
      try unsafe parts.withUnsafeMutableBufferPointer { buffer throws(MPIError) in try unsafe group.broadcast([buffer])
      }
    } catch { throw TrainingError(.compute, "the result of the validation could not be shared", cause: error) }
    return Double(parts[0]) + Double(parts[1])
  }

  private func step(_ rates: LearningSchedule.Rates) -> Double {
    let norm = optimizer.step(parameters, gradient: accumulated, table: table, rates: rates)
    average.update(parameters)
    accumulated.fill(0)
    lastStep = iteration
    return norm
  }

  /// Validates and saves at the end of an epoch; returns whether patience is used up. A model that cannot be written
  /// is reported in `result` and does not count as the best.
  private func finish(
    _ result: inout EpochReport, files: RunFiles?, validation: Validation?
  ) throws(TrainingError) -> Bool {
    let files = group.isFirst ? files : nil
    let isLast = result.epoch + 1 == schedule.epochs
    var isExhausted = false
    if let validation, isLast || (result.epoch + 1) % plan.validationEvery == 0 {
      var fitness = 0.0
      if group.isFirst {
        let measurement = try measurement(by: validation)
        fitness = measurement.precision.fitness
        result.measurement = measurement
        result.isBest = best.map { fitness > $0.fitness } ?? true
        if result.isBest, let files {
          result.isBest = attempt(&result) { () throws(TrainingError) in try writeModel(to: files.bestModel) }
        }
      }
      result.isBest = try shared(result.isBest ? 1 : 0) > 0
      fitness = try shared(fitness)
      if result.isBest { best = (fitness, result.epoch) }
      isExhausted = best.map { result.epoch - $0.epoch >= plan.patience } ?? false
    }
    if let files {
      _ = attempt(&result) { () throws(TrainingError) in try save(to: files.checkpoint) }
      _ = attempt(&result) { () throws(TrainingError) in try writeModel(to: files.model) }
    }
    return isExhausted
  }

  private func measurement(by validation: Validation) throws(TrainingError) -> Validation.Measurement {
    let model = try inferenceModel()
    do { return try validation.measure(model) } catch {
      let code: TrainingError.Code = error is EvaluationError ? .unusableData : .compute
      throw TrainingError(code, "the model could not be validated", cause: error)
    }
  }

  /// Runs `work` and returns whether it succeeded; the first failure is kept in `result`.
  private func attempt(_ result: inout EpochReport, _ work: () throws(TrainingError) -> Void) -> Bool {
    do throws(TrainingError) {
      try work()
      return true
    } catch {
      result.failure = result.failure ?? error
      return false
    }
  }
}

extension AveragePrecision {
  /// The score that selects the best epoch, as published: 0.1 · AP50 + 0.9 · AP.
  package var fitness: Double { 0.1 * precision(thresholds: 0..<1) + 0.9 * precision() }
}
