import COneDNN

/// oneDNN's CPU engine.
@safe
package final class Engine: @unchecked Sendable {
  let handle: dnnl_engine_t

  /// Creates an engine. It is cheap, so each network creates its own.
  package init() throws(OneDNNError) {
    var handle: dnnl_engine_t?
    try unsafe check(dnnl_engine_create(&handle, dnnl_cpu, 0), "a CPU engine")
    unsafe self.handle = handle!
  }

  deinit { unsafe dnnl_engine_destroy(handle) }

  /// Widest vector instructions that oneDNN uses on this machine.
  package static var instructionSet: InstructionSet {
    InstructionSet(bits: dnnl_get_effective_cpu_isa().rawValue)
  }

  /// Limits oneDNN to instructions up to `set`. Call it before oneDNN is used.
  package static func limit(to set: InstructionSet) {
    let highest =
      switch set {
      case .older: dnnl_cpu_isa_sse41
      case .avx2: dnnl_cpu_isa_avx2
      case .avx2VNNI: dnnl_cpu_isa_avx2_vnni
      case .avx512: dnnl_cpu_isa_avx512_core
      case .avx512VNNI: dnnl_cpu_isa_avx512_core_vnni
      case .avx512BF16: dnnl_cpu_isa_avx512_core_bf16
      }
    // Fails if oneDNN has chosen already or was built without this option; it then uses what it chose.
    _ = dnnl_set_max_cpu_isa(highest)
  }

  /// Instruction sets that differ in which data types are fast.
  package enum InstructionSet: String, Sendable, Comparable, CaseIterable {
    case older, avx2, avx2VNNI, avx512, avx512VNNI, avx512BF16

    /// From oneDNN's number, which has the bits of all included sets. A set newer than this list is recognised by the
    /// bits of the widest one here.
    init(bits: UInt32) {
      let widestFirst: [(dnnl_cpu_isa_t, InstructionSet)] = [
        (dnnl_cpu_isa_avx512_core_bf16, .avx512BF16), (dnnl_cpu_isa_avx512_core_vnni, .avx512VNNI),
        (dnnl_cpu_isa_avx512_core, .avx512), (dnnl_cpu_isa_avx2_vnni, .avx2VNNI), (dnnl_cpu_isa_avx2, .avx2),
      ]
      self = widestFirst.first { bits & $0.0.rawValue == $0.0.rawValue }?.1 ?? .older
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Later sets include earlier ones.
    package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }
  }
}

/// Executes primitives in order; belongs to one thread.
@safe
package final class ExecutionStream: @unchecked Sendable {
  let handle: dnnl_stream_t
  private let engine: Engine

  /// A stream on `engine`.
  package init(on engine: Engine) throws(OneDNNError) {
    var handle: dnnl_stream_t?
    let flags = dnnl_stream_flags_t(dnnl_stream_default_flags.rawValue)
    try unsafe check(dnnl_stream_create(&handle, engine.handle, flags.rawValue), "an execution stream")
    unsafe self.handle = handle!
    self.engine = engine
  }

  deinit { unsafe dnnl_stream_destroy(handle) }

  /// Sets the number of threads for primitives run by the calling thread; the setting stays with that thread.
  package static func setTeamOfCurrentThread(_ threads: Int) { yolostream_set_team(Int32(max(1, threads))) }
}
