import OneDNN

/// A kernel of this package that reads one feature map and writes another.
protocol NativeKernel: Sendable {
  /// Name of the implementation, for display.
  var implementation: String { get }
  /// Bytes of scratch memory needed while it runs.
  var scratchByteCount: Int { get }
  /// Whether an output depends on inputs at other positions.
  var seesNeighbours: Bool { get }

  /// Runs on the calling thread and its team: the tiles of `selection`, or all. A kernel may compute more than
  /// selected.
  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?)
}

/// The implementation of one step: a oneDNN primitive, or a kernel of this package where that is much faster.
enum Kernel: Sendable {
  case primitive(Primitive)
  case native(any NativeKernel)

  /// Name of the implementation, for display.
  var implementation: String {
    switch self {
    case .primitive(let primitive): primitive.implementation
    case .native(let kernel): kernel.implementation
    }
  }

  /// Layout of the scratch memory.
  func scratchLayout() throws(OneDNNError) -> TensorLayout {
    switch self {
    case .primitive(let primitive): try primitive.layout(.scratchpad)
    case .native(let kernel): try TensorLayout([max(kernel.scratchByteCount, 1)], .u8)
    }
  }

  /// Binds the operands and scratch memory.
  func bind(_ operands: [(Primitive.Argument, TensorMemory)], scratch: TensorMemory) -> KernelCall {
    switch self {
    case .primitive(let primitive): return .primitive(PrimitiveCall(primitive, operands + [(.scratchpad, scratch)]))
    case .native(let kernel):
      let memory = Dictionary(uniqueKeysWithValues: operands)
      guard let source = memory[.source], let destination = memory[.destination] else {
        preconditionFailure("the compiler names what a kernel reads and writes")
      }
      return .native(
        kernel, source: source, destination: destination, addend: memory[.postOperation(0)], scratch: scratch)
    }
  }
}

/// A kernel with bound operands; runs repeatedly without allocating.
enum KernelCall {
  case primitive(PrimitiveCall)
  case native(
    any NativeKernel, source: TensorMemory, destination: TensorMemory, addend: TensorMemory?,
    scratch: TensorMemory)

  /// Runs on the calling thread and its team. If `selection` is given and the kernel supports it, the rest of the
  /// result keeps its previous values.
  func run(on stream: ExecutionStream, selection: TileSelection? = nil) throws(OneDNNError) {
    switch self {
    case .primitive(let call): try call.run(on: stream)
    case .native(let kernel, let source, let destination, let addend, let scratch):
      kernel.run(
        source: source, destination: destination, addend: addend, scratch: scratch, selection: selection)
    }
  }
}
