import GELAN
import OneDNN

/// Records a graph on a tape: the forward computation of each operation and the gradients back through it.
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
  /// What the gradient of each node needs from its forward pass.
  var kept: [Int: Kept] = [:]
  /// Contributions to the gradient of each node, one per consumer.
  var contributions: [[Contribution]]
  /// Batch statistics of each batch normalisation.
  var statistics: [Statistic] = []
  let image: TensorMemory

  /// What the gradient of an operation needs from its forward pass.
  enum Kept {
    case convolution(KeptConvolution)
    case sum(KeptActivation?)
    case pooling(Primitive, workspace: Tape.SymbolID?)
    case resampling(Primitive)
    case attention(AttentionStep, source: Tape.SymbolID)
  }

  /// The gradient of some channels of a node.
  struct Contribution {
    var symbol: Tape.SymbolID
    var channels: Range<Int>
  }

  /// Batch mean and variance of one batch normalisation.
  struct Statistic {
    var name: String
    var mean: TensorMemory
    var variance: TensorMemory
    /// Number of values the statistics are taken over.
    var sampleCount: Int
    /// The step of the tape that computes them and normalises.
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
    // The formats that the library's vectorised code works on without reordering.
    format = Engine.instructionSet >= .avx512 ? .blocked16 : .blocked8
    tape = Tape(engine: engine)
    contributions = [[Contribution]](repeating: [], count: graph.nodes.count)
    image = try TensorMemory(try TensorLayout([batch, 3, height, width]), on: engine)
  }

  var isTraining: Bool { gradients != nil }

  /// Channels per block of the memory format.
  var block: Int { format == .blocked16 ? 16 : 8 }

  func layout(_ node: Graph.Node, in order: MemoryFormat? = nil) throws(OneDNNError) -> TensorLayout {
    let size = sizes[node.id]
    return try TensorLayout([batch, node.channels, size.height, size.width], .f32, order ?? format)
  }

  /// `tensor` in another memory format; itself if it has that format already.
  mutating func ordered(
    _ tensor: Tape.SymbolID, _ order: MemoryFormat, name: String
  ) throws(OneDNNError) -> Tape.SymbolID {
    let wanted = try TensorLayout(tape.layout(tensor).shape, .f32, order)
    guard wanted != tape.layout(tensor) else { return tensor }
    let copy = tape.symbol(wanted)
    try tape.copy(tensor, to: copy, name: name)
    return copy
  }

  /// The parameter `name` in `buffer`.
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
}
