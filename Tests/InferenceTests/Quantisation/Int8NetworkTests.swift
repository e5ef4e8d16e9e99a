import GELAN
import TestSupport
import Testing

@testable import Inference

/// int8 networks compared with the reference that rounds where they do.
@Suite struct Int8NetworkTests {
  private static let side = 64

  private static func image(_ seed: Int) -> [Float] {
    // Blocks of eight pixels, so that what deeper layers see is not all noise.
    let side = side
    return (0..<(3 * side * side)).map { index in
      let (channel, pixel) = index.quotientAndRemainder(dividingBy: side * side)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: side)
      let block = UInt64((y / 8 * side + x / 8) * 3 + channel + seed * 1_000_003) &* 0x9E37_79B9_7F4A_7C15
      return Float((block ^ (block >> 31)) & 0xFF)
    }
  }

  private static func calibration(of model: InferenceModel) throws -> Calibration {
    let calibration = try Calibration(model, side: side, threads: 1)
    for seed in 0..<4 { try calibration.observe(input: image(seed)) }
    return calibration
  }

  private static func network(
    _ model: InferenceModel, order: CompilationOptions.ChannelOrder? = nil, probes: [Int] = []
  ) throws -> CompiledNetwork {
    try CompiledNetwork(
      model.graph, options: CompilationOptions(height: side, width: side, precision: .int8, order: order),
      quantisation: model.quantisation, probes: probes
    ) { model.weights[$0]?.values }
  }

  private static func model(named name: String) throws -> InferenceModel {
    if name == "made up" { return try #require(MadeUpModel.make()) }
    return try #require(FormulaWeights(network: name).model(named: name))
  }

  /// Channels-last is computed by the library, otherwise by this package where the processor can.
  private static let cases: [(String, Int, CompilationOptions.ChannelOrder?)] =
    ["made up", "gelan-t", "gelan-p"].flatMap { name in
      [(name, 0, nil), (name, 3, nil), (name, 0, .channelsLast), (name, 3, .channelsLast)]
    }

  @Test(arguments: cases)
  func `each step gives the number that its operands make, or its neighbour`(
    name: String, keptEvery: Int, order: CompilationOptions.ChannelOrder?
  ) throws {
    let plain = try Self.model(named: name)
    let quantiser = Quantiser(try Self.calibration(of: plain))
    let kept = quantiser.layers.enumerated().filter { keptEvery > 0 && $0.offset % keptEvery == 0 }.map(\.element)
    let model = quantiser.model(keeping: Set(kept))
    let graph = model.graph
    let network = try Self.network(model, order: order, probes: graph.nodes.map(\.id))
    let execution = try NetworkExecution(network)
    try execution.setInput(Self.image(7))
    try execution.run()

    let reference = ReferenceNetwork(
      graph: graph, parameters: { model.weights[$0]?.values }, quantisation: model.quantisation)
    let scales = reference.storedScales
    let sizes = graph.sizes(height: Self.side, width: Self.side)
    let written = Set(network.written)
    /// Whether a convolution is int8, or the one that also computes a fused sum.
    func isWhole(_ node: Graph.Node) -> Bool {
      let id = graph.fusedSum(at: node)?.convolution ?? node.id
      guard case .convolution(let convolution) = graph.nodes[id].operation else { return true }
      return model.quantisation?.weights[convolution.parameters] != nil
        && computesWhole(convolution, isImage: graph.nodes[id].inputs[0] == 0)
    }
    func computesWhole(_ convolution: Graph.Convolution, isImage: Bool) -> Bool {
      // The library reads images in f32.
      network.options.resolvedOrder == .channelsLast
        ? !isImage
        : KernelTable.supports(convolution, outputs: convolution.outputChannels, reads: .u8, isImage: isImage)
    }
    // What stands in memory is taken from there, so that a neighbouring number is not carried on.
    func map(_ id: Int) throws -> ReferenceMap {
      let node = graph.nodes[id]
      guard id == 0 || written.contains(id) else {
        let result = try reference.result(of: node, from: try node.inputs.map(map))
        guard case .averagePool = node.operation, let scale = scales[id],
          graph.nodes.contains(where: { $0.inputs.contains(id) && isWhole($0) })
        else { return result }
        // The convolution behind takes the means itself, and rounds halves up.
        return result.mapped { ($0 / scale.step + 0.501).rounded(.down) * scale.step }
      }
      let values = try execution.values(of: id)
      return ReferenceMap(
        channels: node.channels, height: sizes[id].height, width: sizes[id].width,
        values: id == 0 ? values.map { $0 / 255 } : values)
    }
    let inBF16 = network.description.contains { $0.implementation == "direct:avx512_bf16" }
    let filtered = Set(network.description.filter { $0.implementation.hasPrefix("winograd") }.map(\.name))
    var wholeSteps = 0
    for node in graph.nodes where written.contains(node.id) {
      let expected = try reference.result(of: node, from: try node.inputs.map(map))
      let found = try execution.values(of: node.id)
      let size = expected.values.reduce(0) { max($0, abs($1)) }
      if let scale = scales[node.id] {
        wholeSteps += 1
        let numbers = zip(found, expected.values).map { Int((($0 - scale.rounded($1)) / scale.step).rounded()) }
        // Minimal filtering rounds its filters, too.
        let limit = filtered.contains(graph.nodes[graph.fusedSum(at: node)?.convolution ?? node.id].name) ? 2 : 1
        #expect(numbers.allSatisfy { abs($0) <= limit }, "\(node.name) is off by \(numbers.map(abs).max() ?? 0)")
        // A quarter of all means of four numbers lie between two.
        if case .averagePool = node.operation { continue }
        // bf16 resolves as many levels as eight bits, so its results are often one unit off.
        if inBF16, !isWhole(node) { continue }
        // SiLU by lines is up to a quarter of a number off.
        let share = network.options.resolvedOrder == .blocked8 ? 5 : 100
        #expect(numbers.count { $0 != 0 } <= numbers.count / share + 1, "\(node.name) is often off by one")
      } else {
        let worst = zip(found, expected.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= (inBF16 ? 1 / 128 : 2e-5) * max(size, 1), "\(node.name) is off by \(worst)")
      }
    }
    #expect(wholeSteps > graph.convolutions.count / 2)
    #expect(network.description.allSatisfy { $0.work == 0 || !$0.implementation.hasPrefix("ref") })
    let whole = network.description.filter { $0.implementation.contains("int8") || $0.implementation.contains("vnni") }
      .count
    // A convolution that is cut is one step a slice.
    let expected = graph.quantisable.count {
      !kept.contains($0.convolution.parameters)
        && computesWhole($0.convolution, isImage: $0.node.inputs[0] == 0)
    }
    #expect(expected > 40 && whole >= expected, "\(whole) convolutions in int8")
  }

  @Test func `the largest weights and inputs do not overflow on the way`() throws {
    // All weights at the limit and one sign, all inputs at the top: pairs of products reach 2 · 255 · 64.
    var graphModel = try #require(MadeUpModel.make())
    var weights = graphModel.weights
    let layer = try #require(
      graphModel.graph.quantisable.first { $0.convolution.window.kernel == 3 && $0.node.inputs[0] != 0 })
    let name = layer.convolution.parameters
    let count = layer.convolution.weightCount
    weights["\(name).weight"]?.values = [Float](repeating: 0.001 * Float(Quantisation.weightLimit), count: count)
    graphModel = graphModel.with(weights: weights)
    let owner = graphModel.graph.nodes[graphModel.graph.scaleOwners[layer.node.inputs[0]]].name
    graphModel.quantisation = Quantisation(
      activations: [owner: .init(step: 1e-6, zeroPoint: 0)],
      weights: [name: [Float](repeating: 0.001, count: layer.convolution.outputChannels)])
    let network = try Self.network(graphModel, probes: graphModel.graph.nodes.map(\.id))
    let execution = try NetworkExecution(network)
    try execution.setInput(Self.image(1))
    try execution.run()
    let input = try execution.values(of: layer.node.inputs[0])
    #expect(input.contains { $0 > 254.5e-6 }, "a step that small cuts most inputs at the top")
    let sizes = graphModel.graph.sizes(height: Self.side, width: Self.side)
    let size = sizes[layer.node.inputs[0]]
    let reference = ReferenceNetwork(graph: graphModel.graph, parameters: { graphModel.weights[$0]?.values })
    let expected = try reference.result(
      of: layer.node,
      from: [
        ReferenceMap(
          channels: layer.convolution.inputChannels, height: size.height, width: size.width, values: input)
      ])
    let found = try execution.values(of: layer.node.id)
    // No layer reads these as int8, so they are bf16 if the processor supports it.
    for (one, other) in zip(found, expected.values) { #expect(abs(one - other) <= (1 / 256) * max(1, abs(other))) }
  }

  @Test func `a model without scales is refused in int8 with a reason`() throws {
    let plain = try #require(MadeUpModel.make())
    #expect(throws: InferenceError.self) { try Self.network(plain) }
  }
}
