import OneDNN

/// What runs one step of a network: a primitive of oneDNN, or a kernel of this package where that is far faster.
enum Kernel: Sendable {
  case primitive(Primitive)
  case vector(VectorConvolution)

  /// Name of the implementation, for people.
  var implementation: String {
    switch self {
    case .primitive(let primitive): primitive.implementation
    case .vector(let convolution): convolution.method == .direct ? "direct:avx2" : "winograd:avx2"
    }
  }

  /// Layout of the scratch memory it needs while it runs.
  func scratchLayout() throws(OneDNNError) -> TensorLayout {
    switch self {
    case .primitive(let primitive): try primitive.layout(.scratchpad)
    case .vector(let convolution): try TensorLayout([convolution.scratchCount])
    }
  }

  /// The kernel with its operands and memory of its scratch layout.
  func bind(_ operands: [(Primitive.Argument, TensorMemory)], scratch: TensorMemory) -> KernelCall {
    switch self {
    case .primitive(let primitive): return .primitive(PrimitiveCall(primitive, operands + [(.scratchpad, scratch)]))
    case .vector(let convolution):
      let memory = Dictionary(uniqueKeysWithValues: operands)
      guard let source = memory[.source], let destination = memory[.destination] else {
        preconditionFailure("the compiler names what a convolution reads and writes")
      }
      return .vector(
        convolution, source: source, destination: destination, addend: memory[.postOperation(0)], scratch: scratch)
    }
  }
}

/// A kernel with its operands, ready to run again and again without an allocation.
enum KernelCall {
  case primitive(PrimitiveCall)
  case vector(
    VectorConvolution, source: TensorMemory, destination: TensorMemory, addend: TensorMemory?,
    scratch: TensorMemory)

  /// Runs once, on the calling thread and its team. Where `selection` is given and the kernel can leave out tiles, the rest
  /// of the result keeps what it had.
  func run(on stream: ExecutionStream, selection: TileSelection? = nil) throws(OneDNNError) {
    switch self {
    case .primitive(let call): try call.run(on: stream)
    case .vector(let convolution, let source, let destination, let addend, let scratch):
      convolution.run(
        source: source, destination: destination, addend: addend, scratch: scratch, selection: selection)
    }
  }
}
