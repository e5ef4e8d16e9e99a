import OneDNN

/// A kernel of this package: it reads a map and writes another.
protocol NativeKernel: Sendable {
  /// Name of the implementation, for people.
  var implementation: String { get }
  /// Bytes of scratch memory needed while it runs.
  var scratchByteCount: Int { get }
  /// Whether an output sees more than the input at its own place.
  var seesNeighbours: Bool { get }

  /// Runs once, on the calling thread and its team: the tiles of `selection`, or all. A kernel may compute more than is asked
  /// for.
  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?)
}

/// What runs one step of a network: a primitive of oneDNN, or a kernel of this package where that is far faster.
enum Kernel: Sendable {
  case primitive(Primitive)
  case native(any NativeKernel)

  /// Name of the implementation, for people.
  var implementation: String {
    switch self {
    case .primitive(let primitive): primitive.implementation
    case .native(let kernel): kernel.implementation
    }
  }

  /// Layout of the scratch memory it needs while it runs.
  func scratchLayout() throws(OneDNNError) -> TensorLayout {
    switch self {
    case .primitive(let primitive): try primitive.layout(.scratchpad)
    case .native(let kernel): try TensorLayout([max(kernel.scratchByteCount, 1)], .u8)
    }
  }

  /// The kernel with its operands and memory of its scratch layout.
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

/// A kernel with its operands, ready to run again and again without an allocation.
enum KernelCall {
  case primitive(PrimitiveCall)
  case native(
    any NativeKernel, source: TensorMemory, destination: TensorMemory, addend: TensorMemory?,
    scratch: TensorMemory)

  /// Runs once, on the calling thread and its team. Where `selection` is given and the kernel can leave out tiles, the rest
  /// of the result keeps what it had.
  func run(on stream: ExecutionStream, selection: TileSelection? = nil) throws(OneDNNError) {
    switch self {
    case .primitive(let call): try call.run(on: stream)
    case .native(let kernel, let source, let destination, let addend, let scratch):
      kernel.run(
        source: source, destination: destination, addend: addend, scratch: scratch, selection: selection)
    }
  }
}
