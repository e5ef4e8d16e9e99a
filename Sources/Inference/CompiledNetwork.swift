package import GELAN
package import OneDNN

/// A network compiled for one input size: primitives, packed weights and a memory plan.
///
/// It is immutable and shared; each thread that runs it creates a `NetworkExecution`.
package final class CompiledNetwork: Sendable {
  /// The options it was compiled with.
  package let options: CompilationOptions
  /// Layout of the predictions.
  package let head: Graph.Head
  let steps: [Step]
  /// For each level, the steps that only its boxes need; they come after all others.
  let boxSteps: [Range<Int>]
  let engine: Engine
  let tensors: [PlacedTensor]
  let arenaByteCount: Int
  let scratchOffset: Int
  /// Intermediate results that stay readable after a run, for tests.
  let probes: [Graph.Node.ID]
  /// The nodes whose results have memory of their own.
  let written: [Graph.Node.ID]

  /// One kernel with its operands.
  struct Step: Sendable {
    var name: String
    var kernel: Kernel
    var operands: [Operand]
    /// Floating-point operations.
    var work: Int
  }

  enum Operand: Sendable {
    /// Weights, biases and the like.
    case constant(Primitive.Argument, TensorMemory)
    /// The result of a node.
    case tensor(Primitive.Argument, Graph.Node.ID)
    /// Part of a node's memory, starting at a channel of its result.
    case part(Primitive.Argument, Graph.Node.ID, TensorLayout, channelOffset: Int)
  }

  struct PlacedTensor: Sendable {
    var layout: TensorLayout
    /// Scale, if it is int8.
    var scale: Quantisation.Scale?
    var offset: Int
    var bytesPerChannel: Int
  }

  /// Compiles `graph`.
  ///
  /// - Parameters:
  ///   - graph: the whole network. Its auxiliary branch is dropped, and `parameters` must have the folded weights,
  ///     named as in `Graph.folded`.
  ///   - quantisation: int8 scales of `graph.mainBranch.folded`, for the precision `int8`.
  ///   - probes: nodes of `graph.mainBranch.folded` whose results stay readable after a run.
  package convenience init(
    _ graph: Graph, options: CompilationOptions, quantisation: Quantisation? = nil, probes: [Graph.Node.ID] = [],
    parameters: @escaping ParameterLookup
  ) throws(InferenceError) {
    let compiler = try NetworkCompiler(
      graph: graph.mainBranch.folded, options: options, quantisation: quantisation, parameters: parameters)
    try self.init(compiler, probes: probes)
  }

  private init(_ compiler: NetworkCompiler, probes: [Graph.Node.ID]) throws(InferenceError) {
    options = compiler.options
    head = compiler.lowering.graph.mainHead
    engine = compiler.engine
    self.probes = probes
    steps = try compiler.compile()
    boxSteps = compiler.lowering.boxSteps
    let lowering = compiler.lowering
    written = lowering.steps.map(\.output).filter { $0 < lowering.graph.nodes.count }
    do throws(OneDNNError) {
      var lifetimes = lowering.lifetimes
      for probe in probes { lifetimes[lowering.tensors[probe].storage] = 0...steps.count }
      var items: [MemoryPlan.Item] = []
      var itemOfStorage: [Int?] = []
      for (index, storage) in lowering.storages.enumerated() {
        guard let lifetime = lifetimes[index] else {
          itemOfStorage.append(nil)
          continue
        }
        // Storage is named after the tensor it was created for.
        let layout = try compiler.layout(index)
        precondition(layout.shape[1] == storage.channels, "a storage holds its own tensor whole")
        itemOfStorage.append(items.count)
        items.append(.init(byteCount: layout.byteCount, lifetime: lifetime))
      }
      let plan = MemoryPlan(items)
      var tensors: [PlacedTensor] = []
      for (id, tensor) in lowering.tensors.enumerated() {
        let layout = try compiler.layout(id)
        let bytesPerChannel = tensor.height * tensor.width * (layout.elementType?.byteCount ?? 4)
        let start = itemOfStorage[tensor.storage].map { plan.offsets[$0] } ?? 0
        tensors.append(
          PlacedTensor(
            layout: layout, scale: lowering.scales[id], offset: start + tensor.channelOffset * bytesPerChannel,
            bytesPerChannel: bytesPerChannel))
      }
      self.tensors = tensors
      scratchOffset = (plan.byteCount + 4095) / 4096 * 4096
      var scratchByteCount = 0
      for step in steps { scratchByteCount = max(scratchByteCount, try step.kernel.scratchLayout().byteCount) }
      arenaByteCount = scratchOffset + scratchByteCount
    } catch { throw InferenceError(error) }
  }

  /// Name, implementation and floating-point operations of each step.
  package var description: [(name: String, implementation: String, work: Int)] {
    steps.map { ($0.name, $0.kernel.implementation, $0.work) }
  }
}

/// A compiled network with the memory that one thread needs to run it.
package final class NetworkExecution {
  /// The network.
  package let network: CompiledNetwork
  /// The image: 1 × 3 × height × width, RGB, 0…255; planar bytes, or f32 that is planar or channels-last, depending
  /// on `CompilationOptions.order`.
  package let input: TensorMemory
  /// The head's maps, read after every run.
  private let maps: [Graph.Node.ID: TensorMemory]
  private let calls: [KernelCall]
  private let stream: ExecutionStream
  private let arena: Arena

  /// Allocates memory for `network` and binds its operands.
  package init(_ network: CompiledNetwork) throws(InferenceError) {
    self.network = network
    let engine = network.engine
    let arena = Arena(byteCount: network.arenaByteCount)
    self.arena = arena
    func memory(of id: Graph.Node.ID) throws(OneDNNError) -> TensorMemory {
      try TensorMemory(network.tensors[id].layout, in: arena, at: network.tensors[id].offset, on: engine)
    }
    do throws(OneDNNError) {
      stream = try ExecutionStream(on: engine)
      input = try memory(of: 0)
      var maps: [Graph.Node.ID: TensorMemory] = [:]
      for level in network.head.levels {
        for id in [level.boxes, level.classes] { maps[id] = try memory(of: id) }
      }
      self.maps = maps
      var calls: [KernelCall] = []
      for step in network.steps {
        var operands: [(Primitive.Argument, TensorMemory)] = []
        for operand in step.operands {
          switch operand {
          case .constant(let argument, let memory): operands.append((argument, memory))
          case .tensor(let argument, let id): operands.append((argument, try memory(of: id)))
          case .part(let argument, let id, let layout, let channelOffset):
            let tensor = network.tensors[id]
            let offset = tensor.offset + channelOffset * tensor.bytesPerChannel
            operands.append((argument, try TensorMemory(layout, in: arena, at: offset, on: engine)))
          }
        }
        let scratch = try step.kernel.scratchLayout()
        calls.append(
          step.kernel.bind(
            operands, scratch: try TensorMemory(scratch, in: arena, at: network.scratchOffset, on: engine)))
      }
      self.calls = calls
    } catch { throw InferenceError(error) }
  }

  /// Writes `planes` (3 × height × width integers 0…255, planar) to the input, whose memory every run reuses. Throws
  /// `size` for another number of values.
  package func setInput(_ planes: [Float]) throws(InferenceError) {
    let (height, width) = (network.options.height, network.options.width)
    guard planes.count == 3 * height * width else {
      throw InferenceError(
        .size, "an input of \(planes.count) values was given: expected 3 x \(height) x \(width)")
    }
    if input.layout.elementType == .u8 {
      unsafe input.withElements(of: UInt8.self) { bytes in
        for (index, value) in planes.enumerated() {
          unsafe bytes[index] = UInt8(max(0, min(255, value.rounded())))
        }
      }
    } else if network.options.resolvedOrder == .blocked8 {
      input.fill(with: planes)
    } else {
      let count = planes.count / 3
      input.fill(with: (0..<planes.count).map { planes[$0 % 3 * count + $0 / 3] })
    }
  }

  /// Runs the network on `input`, on the calling thread and its team.
  package func run() throws(InferenceError) {
    ExecutionStream.setTeamOfCurrentThread(network.options.threads)
    try run(0..<calls.count, selection: nil)
  }

  /// Runs all steps except those that only boxes need.
  package func runClasses() throws(InferenceError) {
    ExecutionStream.setTeamOfCurrentThread(network.options.threads)
    try run(0..<(network.boxSteps.first?.lowerBound ?? calls.count), selection: nil)
  }

  /// Computes the boxes of level `index`, after `runClasses`. Only the results in `cells` (row by row) are valid
  /// afterwards.
  package func runBoxes(level index: Int, at cells: [Int]) throws(InferenceError) {
    guard !cells.isEmpty else { return }
    let steps = network.boxSteps[index]
    let map = network.tensors[network.head.levels[index].boxes].layout.shape
    var selection = TileSelection(height: map[2], width: map[3])
    for cell in cells { selection.insert(x: cell % map[3], y: cell / map[3]) }
    // Backwards from the last step: each convolution needs the neighbourhood of the tiles that the next one reads.
    var needed: [TileSelection?] = []
    for step in steps.reversed() {
      needed.append(selection)
      if case .native(let kernel) = network.steps[step].kernel, !kernel.seesNeighbours { continue }
      selection = selection.surroundings
    }
    for (step, selection) in zip(steps, needed.reversed()) { try run(step..<step + 1, selection: selection) }
  }

  private func run(_ range: Range<Int>, selection: TileSelection?) throws(InferenceError) {
    do throws(OneDNNError) {
      for index in range { try calls[index].run(on: stream, selection: selection) }
    } catch { throw InferenceError(error) }
  }

  /// Runs the network and returns the time of each step by `clock` (nanoseconds).
  package func run(clock: () -> UInt64) throws(InferenceError) -> [UInt64] {
    ExecutionStream.setTeamOfCurrentThread(network.options.threads)
    var times: [UInt64] = []
    do throws(OneDNNError) {
      for call in calls {
        let start = clock()
        try call.run(on: stream)
        times.append(clock() - start)
      }
    } catch { throw InferenceError(error) }
    return times
  }

  /// Runs the network and returns the time it took by `clock` (nanoseconds). Stops after the current step and returns
  /// `nil` once `limit` has passed.
  func run(within limit: UInt64?, clock: () -> UInt64) throws(InferenceError) -> UInt64? {
    ExecutionStream.setTeamOfCurrentThread(network.options.threads)
    let start = clock()
    do throws(OneDNNError) {
      for call in calls {
        try call.run(on: stream)
        if let limit, clock() - start > limit { return nil }
      }
    } catch { throw InferenceError(error) }
    return clock() - start
  }

  /// The result of a node: one of the head's maps, or a probe.
  package func tensor(_ id: Graph.Node.ID) throws(InferenceError) -> TensorMemory {
    if let map = maps[id] { return map }
    do throws(OneDNNError) {
      return try TensorMemory(
        network.tensors[id].layout, in: arena, at: network.tensors[id].offset, on: network.engine)
    } catch { throw InferenceError(error) }
  }

  /// Values of a node as f32 in plain order (channels × height × width), dequantised.
  package func values(of id: Graph.Node.ID) throws(InferenceError) -> [Float] {
    let source = try tensor(id)
    do throws(OneDNNError) {
      let plain = try TensorMemory(try TensorLayout(source.layout.shape), on: network.engine)
      try source.copy(into: plain, on: stream, engine: network.engine)
      guard let scale = network.tensors[id].scale else { return plain.floats }
      return plain.floats.map { ($0 - Float(scale.zeroPoint)) * scale.step }
    } catch { throw InferenceError(error) }
  }
}
