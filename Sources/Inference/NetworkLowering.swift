import GELAN
import OneDNN

/// A graph lowered to steps: additions are fused into convolutions, and slices and concatenations are replaced by
/// placing results in memory, as far as the memory format allows.
///
/// With channels in blocks and one image at a time, a range of whole blocks is a dense tensor: a slice is an address,
/// and a concatenation is written in place by its inputs. Channels-last has neither: a convolution that is sliced is
/// compiled once per slice, and concatenations are copies.
struct NetworkLowering {
  /// Where the result of a node is. Every tensor lies in exactly one storage.
  struct Tensor {
    var channels: Int
    var height: Int
    var width: Int
    /// Its storage and the first channel there.
    var storage: Int
    var channelOffset: Int
  }

  /// Memory that holds the channels of one or more tensors.
  struct Storage {
    var channels: Int
    var height: Int
    var width: Int
  }

  /// One step. Tensors are named by the graph's node that computes them.
  struct Step {
    enum Kind {
      /// `rows` are the computed output channels, if a convolution is compiled in parts. `takesMeans`: computes the
      /// mean of each 2×2 neighbourhood before the convolution.
      case convolution(Graph.Convolution, rows: Range<Int>, addend: Graph.Node.ID?, takesMeans: Bool)
      case pooling(Graph.Window, isMaximum: Bool)
      case upsample(factor: Int)
      case attention(Graph.Attention)
      case concatenation
      case copy
      case sum
      /// Converts values to another type.
      case conversion
    }
    var kind: Kind
    var name: String
    var inputs: [Graph.Node.ID]
    /// The tensor written; for a copy into part of it, from `channelOffset` on.
    var output: Graph.Node.ID
    var channelOffset = 0

    /// All tensors read.
    var operands: [Graph.Node.ID] {
      if case .convolution(_, _, let addend?, _) = kind { inputs + [addend] } else { inputs }
    }
  }

  let graph: Graph
  private(set) var tensors: [Tensor] = []
  private(set) var storages: [Storage] = []
  /// Scale of each tensor; `nil` if it is not int8.
  private(set) var scales: [Quantisation.Scale?] = []
  /// Data type of each tensor.
  private(set) var elements: [MapElement] = []
  let arithmetic: Arithmetic
  var steps: [Step] = []
  /// For each level of the head, the steps that only its boxes need; they come last.
  private(set) var boxSteps: [Range<Int>] = []
  /// Channels per block; `nil` for channels-last, where ranges of channels are not dense.
  let block: Int?

  private var consumers: [[Graph.Node.ID]]
  /// Convolutions fused into the addition that follows.
  private var fusedInto: [Graph.Node.ID: Graph.Node.ID] = [:]
  /// 2×2 means fused into the convolution that follows.
  private var fusedMeans: Set<Graph.Node.ID> = []

  /// Lowers a folded graph of the main branch for images of `height` × `width`. `canTakeMeans` returns whether a
  /// convolution can compute the 2×2 mean in front of it.
  init(
    _ graph: Graph, height: Int, width: Int, block: Int?, arithmetic: Arithmetic = Arithmetic(),
    canTakeMeans: (Graph.Convolution) -> Bool
  ) {
    self.graph = graph
    self.block = block
    self.arithmetic = arithmetic
    consumers = graph.consumers
    let sizes = graph.sizes(height: height, width: width)
    let elements = arithmetic.elements(of: graph)
    for node in graph.nodes {
      let size = sizes[node.id], (element, scale) = elements[node.id]
      _ = addTensor(
        Tensor(
          channels: node.channels, height: size.height, width: size.width, storage: storages.count, channelOffset: 0),
        element, scale: scale)
    }
    fuseAdditions()
    fuseMeans(canTakeMeans)
    for node in graph.nodes { lower(node) }
    insertConversions()
    putBoxesLast()
  }

  /// Adds a tensor with its own storage.
  mutating func addTensor(_ tensor: Tensor, _ element: MapElement, scale: Quantisation.Scale?) -> Graph.Node.ID {
    var tensor = tensor
    (tensor.storage, tensor.channelOffset) = (storages.count, 0)
    tensors.append(tensor)
    storages.append(Storage(channels: tensor.channels, height: tensor.height, width: tensor.width))
    scales.append(scale)
    elements.append(element)
    return tensors.count - 1
  }

  /// Moves the steps that only the boxes of a level need to the end, so that classes are computed first.
  private mutating func putBoxesLast() {
    // For each storage, the levels that need it; `nil` stands for all other results.
    var readers = [Set<Int?>](repeating: [], count: storages.count)
    for (index, level) in graph.mainHead.levels.enumerated() {
      readers[tensors[level.boxes].storage].insert(index)
      readers[tensors[level.classes].storage].insert(nil)
    }
    var levelOf = [Int?](repeating: nil, count: steps.count)
    for (index, step) in steps.enumerated().reversed() {
      let levels = readers[tensors[step.output].storage]
      if levels.count == 1, let level = levels.first { levelOf[index] = level }
      for operand in step.operands { readers[tensors[operand].storage].insert(levelOf[index]) }
    }
    var order = steps.indices.filter { levelOf[$0] == nil }.map { steps[$0] }
    for level in graph.mainHead.levels.indices {
      let boxes = steps.indices.filter { levelOf[$0] == level }.map { steps[$0] }
      boxSteps.append(order.count..<order.count + boxes.count)
      order += boxes
    }
    steps = order
  }

  /// Fuses `x + f(x)` into the convolution that computes `f`.
  private mutating func fuseAdditions() {
    for node in graph.nodes {
      if let sum = graph.fusedSum(at: node) { fusedInto[sum.convolution] = node.id }
    }
  }

  private mutating func fuseMeans(_ canTakeMeans: (Graph.Convolution) -> Bool) {
    for node in graph.nodes {
      guard case .averagePool(Graph.Window(kernel: 2, stride: 1, padding: 0)) = node.operation,
        consumers[node.id].count == 1, let reader = consumers[node.id].first,
        case .convolution(let convolution) = graph.nodes[reader].operation, convolution.window.kernel == 3,
        canTakeMeans(convolution), !isCut(reader)
      else { continue }
      fusedMeans.insert(node.id)
    }
  }

  private mutating func lower(_ node: Graph.Node) {
    switch node.operation {
    case .input: break
    case .convolution(let convolution): lower(node, convolution)
    case .sum(let activation):
      precondition(activation == .none, "a folded graph has activations behind convolutions alone")
      if !node.inputs.contains(where: { fusedInto[$0] == node.id }) {
        steps.append(Step(kind: .sum, name: node.name, inputs: node.inputs, output: node.id))
      }
    case .maxPool(let window):
      steps.append(
        Step(kind: .pooling(window, isMaximum: true), name: node.name, inputs: node.inputs, output: node.id))
    case .averagePool where fusedMeans.contains(node.id): break
    case .averagePool(let window):
      steps.append(
        Step(kind: .pooling(window, isMaximum: false), name: node.name, inputs: node.inputs, output: node.id))
    case .attention(let attention):
      steps.append(Step(kind: .attention(attention), name: node.name, inputs: node.inputs, output: node.id))
    case .upsample(let factor):
      steps.append(Step(kind: .upsample(factor: factor), name: node.name, inputs: node.inputs, output: node.id))
    case .slice(let range): lower(node, slice: range)
    case .concatenation: lower(concatenation: node)
    }
  }

  private mutating func lower(_ node: Graph.Node, _ convolution: Graph.Convolution) {
    let all = 0..<convolution.outputChannels
    if isCut(node.id) {
      // Its slices are compiled one by one.
      for slice in consumers[node.id] {
        guard case .slice(let range) = graph.nodes[slice].operation else { continue }
        steps.append(
          Step(
            kind: .convolution(convolution, rows: range, addend: nil, takesMeans: false),
            name: graph.nodes[slice].name,
            inputs: node.inputs, output: slice))
      }
      return
    }
    let sum = fusedInto[node.id]
    let mean = node.inputs.first { fusedMeans.contains($0) }
    steps.append(
      Step(
        kind: .convolution(
          convolution, rows: all, addend: sum.map { graph.nodes[$0].inputs[0] }, takesMeans: mean != nil),
        name: node.name, inputs: mean.map { graph.nodes[$0].inputs } ?? node.inputs, output: sum ?? node.id))
  }

  /// Whether a convolution is read only in slices that are not dense; it is compiled once per slice.
  private func isCut(_ id: Graph.Node.ID) -> Bool {
    guard !consumers[id].isEmpty, case .convolution(let convolution) = graph.nodes[id].operation,
      convolution.groups == 1
    else { return false }
    var isDense = block != nil
    for consumer in consumers[id] {
      guard case .slice(let range) = graph.nodes[consumer].operation else { return false }
      if let block, range.lowerBound % block != 0 { isDense = false }
    }
    return !isDense
  }

  private mutating func lower(_ node: Graph.Node, slice range: Range<Int>) {
    let source = node.inputs[0]
    if isCut(source) { return }
    if let block, range.lowerBound % block == 0 {
      tensors[node.id].storage = tensors[source].storage
      tensors[node.id].channelOffset = tensors[source].channelOffset + range.lowerBound
    } else {
      steps.append(Step(kind: .copy, name: node.name, inputs: [source], output: node.id))
    }
  }

  private mutating func lower(concatenation node: Graph.Node) {
    guard let block, node.inputs.dropLast().allSatisfy({ graph.nodes[$0].channels % block == 0 }) else {
      steps.append(Step(kind: .concatenation, name: node.name, inputs: node.inputs, output: node.id))
      return
    }
    var offset = 0
    var index = 0
    while index < node.inputs.count {
      let (source, count) = wholeSource(node.inputs, from: index)
      if canMove(source) {
        move(source, to: node.id, offset: offset)
      } else {
        steps.append(
          Step(
            kind: .copy, name: "\(node.name)[\(index)]", inputs: [source], output: node.id, channelOffset: offset))
      }
      offset += graph.nodes[source].channels
      index += count
    }
  }

  /// Adjacent slices that together are a whole tensor are treated as that tensor.
  private func wholeSource(_ inputs: [Graph.Node.ID], from index: Int) -> (Graph.Node.ID, count: Int) {
    let first = inputs[index]
    guard case .slice(let range) = graph.nodes[first].operation, range.lowerBound == 0 else { return (first, 1) }
    let source = graph.nodes[first].inputs[0]
    var end = range.upperBound
    var count = 1
    while end < graph.nodes[source].channels {
      guard index + count < inputs.count, case .slice(let next) = graph.nodes[inputs[index + count]].operation,
        graph.nodes[inputs[index + count]].inputs[0] == source, next.lowerBound == end
      else { return (first, 1) }
      end = next.upperBound
      count += 1
    }
    return (source, count)
  }

  /// Whether a tensor is alone in its storage, so that it can be written elsewhere instead.
  private func canMove(_ id: Graph.Node.ID) -> Bool {
    guard id != 0, tensors[id].storage == id else { return false }
    return !graph.mainHead.levels.contains { $0.boxes == id || $0.classes == id }
  }

  private mutating func move(_ id: Graph.Node.ID, to target: Graph.Node.ID, offset: Int) {
    let shift = tensors[target].channelOffset + offset
    for other in tensors.indices where tensors[other].storage == id {
      tensors[other].storage = tensors[target].storage
      tensors[other].channelOffset += shift
    }
  }

  /// First and last step that use each storage; `nil` if none does. The image is live from the start, the head's maps
  /// until the end.
  var lifetimes: [ClosedRange<Int>?] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: storages.count)
    func extend(_ id: Graph.Node.ID, to step: Int) {
      let storage = tensors[id].storage
      let current = lifetimes[storage] ?? step...step
      lifetimes[storage] = min(current.lowerBound, step)...max(current.upperBound, step)
    }
    extend(0, to: 0)
    for (index, step) in steps.enumerated() {
      for operand in step.operands { extend(operand, to: index) }
      extend(step.output, to: index)
    }
    for level in graph.mainHead.levels {
      extend(level.boxes, to: steps.count)
      extend(level.classes, to: steps.count)
    }
    return lifetimes
  }
}
