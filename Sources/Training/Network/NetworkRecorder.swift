import GELAN
import OneDNN

/// Turns a graph into a tape: what each operation computes forward, and how gradients flow back through it.
struct NetworkRecorder {
  let graph: Graph
  let batch: Int
  let sizes: [(height: Int, width: Int)]
  let engine: Engine
  let table: ParameterTable
  let parameters: FloatBuffer
  let gradients: FloatBuffer?
  let format: MemoryFormat
  var tape: Tape

  /// Result of each node.
  var values: [Tape.SymbolID] = []
  /// What the gradient of an operation needs from its forward pass.
  var kept: [Int: Kept] = [:]
  /// Parts of each node's gradient, one from each consumer.
  var contributions: [[Contribution]]
  /// Batch statistics of each normalisation.
  var statistics: [Statistic] = []
  let picture: TensorMemory

  struct Kept {
    var convolution: Primitive?
    var weights: Tape.SymbolID?
    var normalisation: Normalisation?
    var convolved: Tape.SymbolID?
    var mean: Tape.SymbolID?
    var variance: Tape.SymbolID?
    var activation: Primitive?
    var activated: Tape.SymbolID?
    var pooling: Primitive?
    var workspace: Tape.SymbolID?
    var resampling: Primitive?
  }

  /// A gradient for some channels of a node.
  struct Contribution {
    var symbol: Tape.SymbolID
    var channels: Range<Int>
  }

  /// Mean and variance over the batch that a normalisation used.
  struct Statistic {
    var name: String
    var mean: TensorMemory
    var variance: TensorMemory
    /// Values each statistic was taken over.
    var sampleCount: Int
    /// Step of the tape that takes them and normalises.
    var step: Int
  }

  init(
    graph: Graph, batch: Int, height: Int, width: Int, table: ParameterTable, parameters: FloatBuffer,
    gradients: FloatBuffer?, engine: Engine
  ) throws(OneDNNError) {
    self.graph = graph
    self.batch = batch
    self.engine = engine
    self.table = table
    self.parameters = parameters
    self.gradients = gradients
    sizes = graph.sizes(height: height, width: width)
    // The blocks that the library's vector code works on without reordering.
    format = Engine.instructionSet >= .avx512 ? .blocked16 : .blocked8
    tape = Tape(engine: engine)
    contributions = [[Contribution]](repeating: [], count: graph.nodes.count)
    picture = try TensorMemory(try TensorLayout([batch, 3, height, width]), on: engine)
  }

  var isTraining: Bool { gradients != nil }

  /// Channels that lie together.
  var block: Int { format == .blocked16 ? 16 : 8 }

  func layout(_ node: Graph.Node, in order: MemoryFormat? = nil) throws(OneDNNError) -> TensorLayout {
    let size = sizes[node.id]
    return try TensorLayout([batch, node.channels, size.height, size.width], .f32, order ?? format)
  }

  /// The order in which the library has vector code for `convolution`: blocks of 16 where neither side leaves its only
  /// block half empty (such a convolution falls back to reference code a hundred times as slow). The picture's three
  /// channels lie in plain order and have code of their own.
  func order(of convolution: Graph.Convolution) -> MemoryFormat {
    let isNarrow = min(convolution.inputChannels, convolution.outputChannels) < block && convolution.inputChannels > 3
    return isNarrow && convolution.groups == 1 ? .blocked8 : format
  }

  /// `tensor` in another order: itself where it is in that order already.
  mutating func ordered(
    _ tensor: Tape.SymbolID, _ order: MemoryFormat, name: String
  ) throws(OneDNNError) -> Tape.SymbolID {
    let wanted = try TensorLayout(tape.layout(tensor).shape, .f32, order)
    guard wanted != tape.layout(tensor) else { return tensor }
    let copy = tape.symbol(wanted)
    try tape.copy(tensor, to: copy, name: name)
    return copy
  }

  /// The parameter `name` where it lies in `buffer`.
  mutating func parameter(
    _ name: String, shape: [Int], in buffer: FloatBuffer
  ) throws(OneDNNError) -> Tape.SymbolID {
    guard let entry = table[name] else {
      preconditionFailure("the table of parameters is made from the graph that is recorded")
    }
    let memory = try TensorMemory(
      try TensorLayout(shape), in: buffer.arena, at: entry.range.lowerBound * 4, on: engine)
    return tape.symbol(fixed: memory)
  }

  func weightShape(_ convolution: Graph.Convolution) -> [Int] {
    let shape = convolution.weightShape
    guard convolution.groups > 1 else { return shape }
    return [convolution.groups, shape[0] / convolution.groups] + shape[1...]
  }

  /// Copies channels of `source` into a tensor of its own. Blocks cannot be cut, so a range that does not start on one
  /// goes through plain order.
  mutating func extract(
    _ source: Tape.SymbolID, _ range: Range<Int>, into destination: Tape.SymbolID, name: String
  ) throws(OneDNNError) {
    var whole = source
    if range.lowerBound % block != 0 || (range.count % block != 0 && range.upperBound != tape.layout(source).shape[1]) {
      whole = tape.symbol(try TensorLayout(tape.layout(source).shape))
      try tape.copy(source, to: whole, name: name)
    }
    let part = tape.view(whole, try tape.layout(whole).channels(range))
    try tape.copy(part, to: destination, name: name)
  }

  /// Places of the head maps: per level the box and class channels of one plain tensor.
  struct HeadTensor {
    var memory: TensorMemory
    var stride: Int
    var height: Int
    var width: Int
  }

  mutating func headTensors(_ head: Graph.Head) throws(OneDNNError) -> [HeadTensor] {
    var tensors: [HeadTensor] = []
    for level in head.levels {
      let size = sizes[level.boxes]
      let layout = try TensorLayout([batch, 4 * head.bins + head.classCount, size.height, size.width])
      tensors.append(
        HeadTensor(
          memory: try TensorMemory(layout, on: engine), stride: level.stride, height: size.height, width: size.width))
    }
    return tensors
  }
}
