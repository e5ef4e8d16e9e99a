public import GELAN

/// `auto`: the fastest precision of a model on this machine, as measured at its first use and remembered from then on.
///
/// f32 and bf16 suit every model; int8 is taken only if the file has scales for it. A processor's flags tell which
/// precisions there are, not which is fast: bf16 without matrix instructions takes half as long as f32 on one processor and
/// twice as long on another.
public struct AutomaticPrecision: Sendable {
  private let notes: PrecisionNotes?
  private let program: String
  private let clock: @Sendable () -> UInt64

  /// - Parameters:
  ///   - notes: where choices are remembered; without, each call measures.
  ///   - program: version and build of the program: with other kernels, other times hold.
  ///   - clock: nanoseconds since any moment.
  public init(notes: PrecisionNotes?, program: String, clock: @escaping @Sendable () -> UInt64) {
    self.notes = notes
    self.program = program
    self.clock = clock
  }

  /// The precision for `model` on inputs of up to `height` × `width`, `threads` on one image; both sides are rounded up to
  /// what the network takes. Throws what compiling the network in f32 does.
  public func choice(
    for model: InferenceModel, height: Int, width: Int, threads: Int
  ) throws(InferenceError) -> PrecisionChoice {
    let stride = model.graph.stride
    let height = (height + stride - 1) / stride * stride, width = (width + stride - 1) / stride * stride
    let candidates = Self.candidates(for: model)
    guard candidates.count > 1 else { return PrecisionChoice(only: .f32) }
    let key = PrecisionKey(model, height: height, width: width, threads: threads, program: program)
    if let known = notes?.choice(for: key, among: candidates) { return known }
    let choice = try measure(model, candidates, height: height, width: width, threads: threads)
    // Whoever began at the same time and was done first has decided: both must compute the same.
    if let known = notes?.choice(for: key, among: candidates) { return known }
    notes?.keep(choice, for: key)
    return choice
  }

  /// What `model` can be computed in, the one that is probably the fastest first.
  static func candidates(for model: InferenceModel) -> [CompilationOptions.Precision] {
    (model.quantisation == nil ? [] : [.int8]) + (CompilationOptions.Precision.bf16.isNative ? [.bf16] : []) + [.f32]
  }

  private func measure(
    _ model: InferenceModel, _ candidates: [CompilationOptions.Precision], height: Int, width: Int, threads: Int
  ) throws(InferenceError) -> PrecisionChoice {
    var benchmarks: [CompilationOptions.Precision: NetworkBenchmark] = [:]
    for precision in candidates {
      let options = CompilationOptions(height: height, width: width, precision: precision, threads: threads)
      do throws(InferenceError) {
        let network = try CompiledNetwork(model.graph, options: options, quantisation: model.quantisation) {
          model.weights[$0]?.values
        }
        benchmarks[precision] = try NetworkBenchmark(network, clock: clock)
      } catch {
        // Some processors have no kernel for some layers in int8.
        if error.code != .precision || precision == .f32 { throw error }
      }
    }
    let available = candidates.filter { benchmarks[$0] != nil }
    let timings = try PrecisionTrial().timings(of: available) { (precision, limit) throws(InferenceError) -> UInt64? in
      try benchmarks[precision]?.time(within: limit)
    }
    return PrecisionChoice(timings)
  }
}
