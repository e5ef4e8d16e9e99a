package import GELAN
package import OneDNN

/// A network compiled for forward and backward passes over batches of one size.
///
/// Runs on the calling thread and its team. Parameters are read from a buffer that can be shared; gradients are
/// written to a buffer of its own, and every backward pass overwrites all of it.
package final class TrainableNetwork {
  /// Images in a batch.
  package let batch: Int
  /// Height of the images in pixels.
  package let height: Int
  /// Width of the images in pixels.
  package let width: Int
  /// Gradient of the last backward pass, laid out as the parameter table.
  package let gradient: FloatBuffer
  /// Bytes of memory shared by activations, their gradients and scratch.
  package var arenaByteCount: Int { arena.byteCount }

  private let arena: Arena
  private let graph: Graph
  private let table: ParameterTable
  private let stream: ExecutionStream
  private let image: TensorMemory
  private let maps: [[NetworkRecorder.HeadTensor]]
  private let mapGradients: [[NetworkRecorder.HeadTensor]]
  private let statistics: [NetworkRecorder.Statistic]
  private let calls: [TapeCall]
  private let names: [String]
  private let forwardCount: Int
  private var seconds: [Double]

  /// Whether each step is timed.
  package var isTimed = false

  /// Compiles `graph` for `batch` images of `height` × `width` pixels with `parameters` laid out as `table`.
  ///
  /// Activations use the memory of `larger` if that is large enough: then the two must not run at the same time.
  package init(
    _ graph: Graph, batch: Int, height: Int, width: Int, table: ParameterTable, parameters: FloatBuffer,
    engine: Engine, sharing larger: TrainableNetwork? = nil
  ) throws(TrainingError) {
    guard height % graph.stride == 0, width % graph.stride == 0, batch > 0 else {
      throw TrainingError(
        .unusableNetwork,
        "images of \(width)x\(height) cannot be trained on: both sides must be multiples of \(graph.stride)")
    }
    do throws(OneDNNError) {
      let gradient = FloatBuffer(count: table.count)
      var recorder = try NetworkRecorder(
        graph: graph, batch: batch, height: height, width: width, table: table, parameters: parameters,
        gradients: gradient, engine: engine)
      try recorder.recordForward()
      var maps: [[NetworkRecorder.HeadTensor]] = []
      for head in graph.heads {
        maps.append(try recorder.headTensors(head))
        try recorder.recordHead(head, into: maps[maps.count - 1])
      }
      forwardCount = recorder.tape.steps.count
      var mapGradients: [[NetworkRecorder.HeadTensor]] = []
      for head in graph.heads {
        mapGradients.append(try recorder.headTensors(head))
        try recorder.recordHeadGradient(head, from: mapGradients[mapGradients.count - 1])
      }
      try recorder.recordBackward()
      (calls, arena) = try recorder.tape.bind(in: larger?.arena)
      names = recorder.tape.steps.map(\.name)
      seconds = [Double](repeating: 0, count: names.count)
      stream = try ExecutionStream(on: engine)
      image = recorder.image
      statistics = recorder.statistics
      self.maps = maps
      self.mapGradients = mapGradients
      self.gradient = gradient
    } catch {
      throw TrainingError(.compute, "the network could not be compiled for training", cause: error)
    }
    self.graph = graph
    self.table = table
    self.batch = batch
    self.height = height
    self.width = width
  }

  /// Runs the forward pass on `images` (batch × 3 × height × width, RGB, 0...1) and returns the raw maps of every
  /// head, the main one last.
  package func forward(_ images: [Float]) throws(TrainingError) -> [HeadMaps] {
    load(images)
    try run(0..<forwardCount)
    return zip(graph.heads, maps).map { head, levels in
      HeadMaps(
        batch: batch, classCount: head.classCount,
        levels: levels.map { level in
          unsafe HeadMaps.Level(
            stride: level.stride, height: level.height, width: level.width,
            values: level.memory.withElements(of: Float.self) { unsafe Array($0) })
        })
    }
  }

  /// Backpropagates the gradients of the raw maps, in the order that `forward` returned, to `gradient`.
  package func backward(_ gradients: [HeadMaps]) throws(TrainingError) {
    for (tensors, maps) in zip(mapGradients, gradients) {
      for (tensor, level) in zip(tensors, maps.levels) {
        unsafe tensor.memory.withElements(of: Float.self) { target in
          unsafe level.values.withUnsafeBufferPointer { source in
            unsafe target.baseAddress!.update(from: source.baseAddress!, count: source.count)
          }
        }
      }
    }
    try run(forwardCount..<calls.count)
  }

  private func load(_ images: [Float]) {
    precondition(images.count == batch * 3 * height * width, "a batch fills the network's input")
    unsafe image.withElements(of: Float.self) { target in
      unsafe images.withUnsafeBufferPointer { source in
        unsafe target.baseAddress!.update(from: source.baseAddress!, count: source.count)
      }
    }
  }

  /// Replaces the running statistics of `normalisations` in `parameters` by the batch statistics of `images`, and
  /// adapts their scale and shift so that the network computes the same at inference.
  ///
  /// Normalisations are processed in order, each on the output of the ones before it.
  package func recalibrate(
    _ normalisations: Set<String>, on images: [Float], parameters: FloatBuffer
  ) throws(TrainingError) {
    load(images)
    var next = 0
    for statistic in statistics where normalisations.contains(statistic.name) {
      try run(next..<statistic.step + 1)
      recalibrate(statistic, parameters)
      next = statistic.step
    }
  }

  private func recalibrate(_ statistic: NetworkRecorder.Statistic, _ parameters: FloatBuffer) {
    let vectors = BatchNormalisation.tensorNames.compactMap { table["\(statistic.name).\($0)"]?.range }
    precondition(vectors.count == 4, "the table of parameters is made from the graph that is recorded")
    unsafe statistic.mean.withElements(of: Float.self) { batchMean in
      unsafe statistic.variance.withElements(of: Float.self) { batchVariance in
        for channel in 0..<vectors[0].count {
          let places = vectors.map { $0.lowerBound + channel }
          let (scale, shift, mean, variance) = (places[0], places[1], places[2], places[3])
          let slope = parameters[scale] / (parameters[variance] + BatchNormalisation.epsilon).squareRoot()
          unsafe parameters[shift] += (batchMean[channel] - parameters[mean]) * slope
          unsafe parameters[scale] = slope * (batchVariance[channel] + BatchNormalisation.epsilon).squareRoot()
          unsafe parameters[mean] = batchMean[channel]
          unsafe parameters[variance] = batchVariance[channel]
        }
      }
    }
  }

  private func run(_ range: Range<Int>) throws(TrainingError) {
    do throws(OneDNNError) {
      guard isTimed else {
        for index in range { try calls[index].run(on: stream) }
        return
      }
      let clock = ContinuousClock()
      for index in range {
        let start = clock.now
        try calls[index].run(on: stream)
        seconds[index] += (clock.now - start) / .seconds(1)
      }
    } catch {
      throw TrainingError(.compute, "a step of the network could not run", cause: error)
    }
  }

  /// Updates the running statistics of every batch normalisation in `parameters` with those of the last batch, by
  /// `momentum`; the running variance uses the unbiased estimate.
  package func updateStatistics(_ parameters: FloatBuffer, momentum: Float = 0.03) {
    for statistic in statistics {
      guard let mean = table["\(statistic.name).running_mean"], let variance = table["\(statistic.name).running_var"]
      else { continue }
      let unbiased = Float(statistic.sampleCount) / Float(max(statistic.sampleCount - 1, 1))
      unsafe statistic.mean.withElements(of: Float.self) { batchMean in
        unsafe statistic.variance.withElements(of: Float.self) { batchVariance in
          for channel in 0..<mean.range.count {
            let m = mean.range.lowerBound + channel, v = variance.range.lowerBound + channel
            unsafe parameters[m] = parameters[m] * (1 - momentum) + batchMean[channel] * momentum
            unsafe parameters[v] = parameters[v] * (1 - momentum) + batchVariance[channel] * unbiased * momentum
          }
        }
      }
    }
  }

  /// One step of a pass: the part of the network, its implementation, and the time it took while timed.
  package struct Step: Sendable {
    /// Part of the network.
    package var part: String
    /// Name of the library's implementation.
    package var implementation: String
    /// Whether it belongs to the backward pass.
    package var isBackward: Bool
    /// Seconds in all timed passes.
    package var seconds: Double
  }

  /// All steps in order.
  package var steps: [Step] {
    names.indices.map {
      Step(
        part: names[$0], implementation: calls[$0].implementation, isBackward: $0 >= forwardCount,
        seconds: seconds[$0])
    }
  }
}
