import COneDNN

/// A compiled operation. oneDNN generates its code for given shapes, types and layouts.
@safe
package final class Primitive: @unchecked Sendable {
  let handle: dnnl_primitive_t
  let descriptor: dnnl_primitive_desc_t
  private let engine: Engine

  /// Creates a primitive; takes ownership of the descriptor.
  init(_ descriptor: dnnl_primitive_desc_t, on engine: Engine, _ attempt: String) throws(OneDNNError) {
    var handle: dnnl_primitive_t?
    do throws(OneDNNError) {
      try unsafe check(dnnl_primitive_create(&handle, descriptor), attempt)
    } catch {
      unsafe dnnl_primitive_desc_destroy(descriptor)
      throw error
    }
    unsafe self.handle = handle!
    unsafe self.descriptor = descriptor
    self.engine = engine
  }

  deinit {
    unsafe dnnl_primitive_destroy(handle)
    unsafe dnnl_primitive_desc_destroy(descriptor)
  }

  /// Name of the implementation, such as `jit:avx2` or `brgconv:avx512_core_bf16`; `ref` and `simple` are slow.
  package var implementation: String {
    var text: UnsafePointer<CChar>?
    let status = unsafe dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &text)
    guard status == dnnl_success, let text = unsafe text else { return "unknown" }
    return unsafe String(cString: text)
  }

  /// The layout that the implementation expects of an operand.
  package func layout(_ argument: Argument) throws(OneDNNError) -> TensorLayout {
    guard let layout = unsafe TensorLayout(adopting: yolostream_pd_layout(descriptor, argument.query, argument.index))
    else { throw OneDNNError(code: .invalidArguments, attempt: "a query for operand \(argument)") }
    return layout
  }

  /// Bytes of scratch memory.
  package var scratchByteCount: Int { (try? layout(.scratchpad))?.byteCount ?? 0 }

  /// The role of an operand.
  package enum Argument: Hashable, Sendable {
    case source, weights, bias, destination, scratchpad, workspace
    /// One of several sources.
    case sources(Int)
    /// The operand of the binary post-operation at this position.
    case postOperation(Int)
    /// Operands of `Int8Scaling`.
    case channelFactors, valueFactor, sourceZero, destinationZero
    case sourceGradient, destinationGradient, weightsGradient, biasGradient

    var native: Int32 {
      switch self {
      case .source: DNNL_ARG_SRC
      case .weights: DNNL_ARG_WEIGHTS
      case .bias: DNNL_ARG_BIAS
      case .destination: DNNL_ARG_DST
      case .scratchpad: DNNL_ARG_SCRATCHPAD
      case .workspace: DNNL_ARG_WORKSPACE
      case .sources(let index): DNNL_ARG_MULTIPLE_SRC + Int32(index)
      case .postOperation(let index): DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * Int32(index + 1) | DNNL_ARG_SRC_1
      case .channelFactors: yolostream_scales_argument(DNNL_ARG_WEIGHTS)
      case .valueFactor: yolostream_scales_argument(DNNL_ARG_SRC)
      case .sourceZero: DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC
      case .destinationZero: DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST
      case .sourceGradient: DNNL_ARG_DIFF_SRC
      case .destinationGradient: DNNL_ARG_DIFF_DST
      case .weightsGradient: DNNL_ARG_DIFF_WEIGHTS
      case .biasGradient: DNNL_ARG_DIFF_BIAS
      }
    }

    var query: dnnl_query_t {
      switch self {
      case .source, .sources: dnnl_query_src_md
      case .weights, .bias: dnnl_query_weights_md
      case .destination: dnnl_query_dst_md
      case .scratchpad: dnnl_query_scratchpad_md
      case .workspace: dnnl_query_workspace_md
      case .sourceGradient: dnnl_query_diff_src_md
      case .destinationGradient: dnnl_query_diff_dst_md
      case .weightsGradient, .biasGradient: dnnl_query_diff_weights_md
      case .postOperation, .channelFactors, .valueFactor, .sourceZero, .destinationZero: dnnl_query_exec_arg_md
      }
    }

    var index: Int32 {
      switch self {
      case .sources(let index): Int32(index)
      case .bias, .biasGradient: 1
      case .postOperation, .channelFactors, .valueFactor, .sourceZero, .destinationZero: native
      default: 0
      }
    }
  }
}

/// A primitive with bound operands; runs repeatedly without allocating.
@safe
package final class PrimitiveCall: @unchecked Sendable {
  /// What runs.
  package let primitive: Primitive
  private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>
  private let operands: [TensorMemory]

  /// Binds `operands` to `primitive`.
  package convenience init(_ primitive: Primitive, _ operands: KeyValuePairs<Primitive.Argument, TensorMemory>) {
    self.init(primitive, operands.map { ($0.key, $0.value) })
  }

  /// Binds `operands` to `primitive`.
  package init(_ primitive: Primitive, _ operands: [(Primitive.Argument, TensorMemory)]) {
    self.primitive = primitive
    self.operands = operands.map(\.1)
    unsafe arguments = .allocate(capacity: operands.count)
    for (index, operand) in operands.enumerated() {
      unsafe arguments.initializeElement(
        at: index, to: dnnl_exec_arg_t(arg: operand.0.native, memory: operand.1.handle))
    }
  }

  deinit { unsafe arguments.deallocate() }

  /// Runs on the calling thread and its team.
  package func run(on stream: ExecutionStream) throws(OneDNNError) {
    unsafe try check(
      dnnl_primitive_execute(primitive.handle, stream.handle, Int32(arguments.count), arguments.baseAddress),
      "running \(primitive.implementation)")
  }
}
