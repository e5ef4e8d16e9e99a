import COneDNN

/// The processor that oneDNN computes on.
@safe
public final class Engine: @unchecked Sendable {
  let handle: dnnl_engine_t

  /// The CPU. Each network makes an engine of its own: it costs next to nothing, and all are the same processor.
  public init() throws(OneDNNError) {
    var handle: dnnl_engine_t?
    try unsafe check(dnnl_engine_create(&handle, dnnl_cpu, 0), "a CPU engine")
    unsafe self.handle = handle!
  }

  deinit { unsafe dnnl_engine_destroy(handle) }

  /// Version of the library at run time, such as `2.6.3`.
  public static var libraryVersion: String {
    guard let version = unsafe dnnl_version() else { return "unknown" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
  }

  /// Widest vector instructions that the library may use on this machine.
  public static var instructionSet: InstructionSet {
    InstructionSet(bits: dnnl_get_effective_cpu_isa().rawValue)
  }

  /// Keeps the library from instructions beyond `set`. It must not have been used before.
  public static func limit(to set: InstructionSet) {
    let highest =
      switch set {
      case .older: dnnl_cpu_isa_sse41
      case .avx2: dnnl_cpu_isa_avx2
      case .avx2VNNI: dnnl_cpu_isa_avx2_vnni
      case .avx512: dnnl_cpu_isa_avx512_core
      case .avx512VNNI: dnnl_cpu_isa_avx512_core_vnni
      case .avx512BF16: dnnl_cpu_isa_avx512_core_bf16
      }
    // Refused where the library has already chosen, or was built without this: it is then as fast as it is.
    _ = dnnl_set_max_cpu_isa(highest)
  }

  /// Steps of vector instructions that change which data types are fast.
  public enum InstructionSet: String, Sendable, Comparable {
    case older, avx2, avx2VNNI, avx512, avx512VNNI, avx512BF16

    /// The library's number for a set has the bits of all that it includes: one that is newer than this list is known by
    /// those of the widest here.
    init(bits: UInt32) {
      let widestFirst: [(dnnl_cpu_isa_t, InstructionSet)] = [
        (dnnl_cpu_isa_avx512_core_bf16, .avx512BF16), (dnnl_cpu_isa_avx512_core_vnni, .avx512VNNI),
        (dnnl_cpu_isa_avx512_core, .avx512), (dnnl_cpu_isa_avx2_vnni, .avx2VNNI), (dnnl_cpu_isa_avx2, .avx2),
      ]
      self = widestFirst.first { bits & $0.0.rawValue == $0.0.rawValue }?.1 ?? .older
    }

    private var rank: Int {
      switch self {
      case .older: 0
      case .avx2: 1
      case .avx2VNNI: 2
      case .avx512: 3
      case .avx512VNNI: 4
      case .avx512BF16: 5
      }
    }

    /// Later sets include earlier ones.
    public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }
  }
}

/// An order in which primitives run. One belongs to one thread.
@safe
public final class ExecutionStream: @unchecked Sendable {
  let handle: dnnl_stream_t
  private let engine: Engine

  /// A stream on `engine`.
  public init(on engine: Engine) throws(OneDNNError) {
    var handle: dnnl_stream_t?
    let flags = dnnl_stream_flags_t(dnnl_stream_default_flags.rawValue)
    try unsafe check(dnnl_stream_create(&handle, engine.handle, flags.rawValue), "an execution stream")
    unsafe self.handle = handle!
    self.engine = engine
  }

  deinit { unsafe dnnl_stream_destroy(handle) }

  /// Sets how many threads the primitives that *this* thread runs may use; the choice stays with the thread.
  public static func setTeamOfCurrentThread(_ threads: Int) { yolostream_set_team(Int32(max(1, threads))) }
}
