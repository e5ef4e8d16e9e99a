package import GELAN
import OneDNN

/// Measures forward and backward passes with the loss, without data preparation and optimiser.
package struct TrainingBenchmark {
  /// What was measured.
  package struct Result: Sendable {
    /// Images per second.
    package var rate: Double
    /// Seconds spent in each step of the first worker; the loss is a step, too.
    package var steps: [TrainableNetwork.Step]

    /// All steps of one kind.
    package struct Kind: Sendable {
      /// Pass, implementation and purpose.
      package var name: String
      /// Number of steps.
      package var count: Int
      /// Milliseconds per image.
      package var milliseconds: Double
    }

    /// The steps by kind, longest first, averaged over `images` timed images.
    package func kinds(images: Int) -> [Kind] {
      let groups = Dictionary(grouping: steps) { step in
        let purpose = step.part.split(separator: " ").dropFirst().first ?? ""
        return "\(step.isBackward ? "backward" : "forward") \(step.implementation) \(purpose)"
      }
      return groups.map { name, steps in
        let seconds = steps.reduce(0) { $0 + $1.seconds }
        return Kind(name: name, count: steps.count, milliseconds: seconds / Double(max(images, 1)) * 1000)
      }.sorted { $0.milliseconds > $1.milliseconds }
    }
  }

  private let computation: BatchComputation
  private let parameters: FloatBuffer
  private let gradient: FloatBuffer
  private let batch: TrainingBatch
  private let isTimed: Bool

  /// Random images of `side` × `side` pixels with eight objects each.
  package init(
    _ network: NetworkSpec, batch count: Int, side: Int, workers: Int, threads: Int, isTimed: Bool
  ) throws(TrainingError) {
    let graph = network.graph()
    let table = ParameterTable(graph: graph)
    parameters = FloatBuffer(count: table.count)
    gradient = FloatBuffer(count: table.count)
    InitialWeights.write(to: parameters, table: table, graph: graph, seed: 0)
    let engine: Engine
    do throws(OneDNNError) { engine = try Engine() } catch {
      throw TrainingError(.compute, "the compute library could not be started", cause: error)
    }
    computation = try BatchComputation(
      graph, batch: count, largestSide: side, workers: workers, team: threads, table: table, parameters: parameters,
      engine: engine)
    var random = SampleRandom(seed: 0, epoch: 0, index: 0)
    var batch = TrainingBatch(count: count, side: side)
    for index in batch.images.indices { batch.images[index] = random.uniform(0, 1) }
    for image in 0..<count {
      for _ in 0..<8 {
        let width = random.uniform(0.05, 0.5), height = random.uniform(0.05, 0.5)
        batch.targets.append(
          ObjectTarget(
            image: image, classID: random.index(below: network.classCount),
            centreX: random.uniform(width / 2, 1 - width / 2), centreY: random.uniform(height / 2, 1 - height / 2),
            width: width, height: height))
      }
    }
    self.batch = batch
    self.isTimed = isTimed
  }

  /// Runs two batches to warm up, then `count` timed ones.
  package func run(batches count: Int) throws(TrainingError) -> Result {
    let clock = ContinuousClock()
    for _ in 0..<2 { try pass() }
    computation.isTimed = isTimed
    let start = clock.now
    for _ in 0..<count { try pass() }
    let seconds = (clock.now - start) / .seconds(1)
    return Result(rate: Double(count * computation.batch) / seconds, steps: computation.steps)
  }

  private func pass() throws(TrainingError) {
    gradient.fill(0)
    _ = try computation.compute(batch, loss: DetectionLoss(), gradient: gradient, parameters: parameters, age: 0)
  }
}
