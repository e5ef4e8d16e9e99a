package import GELAN

/// `auto`: the fastest precision of a model on this machine, measured at its first use and cached.
///
/// f32 and bf16 suit every model; int8 needs a file with scales. Processor flags show which precisions are supported,
/// not which is fast: bf16 without matrix instructions takes half as long as f32 on one processor and twice as long
/// on another.
package struct AutomaticPrecision: Sendable {
  private let cache: PrecisionCache?
  private let program: String
  private let clock: @Sendable () -> UInt64

  /// - Parameters:
  ///   - cache: stores choices; `nil` measures on each call.
  ///   - program: version and build of the program, because other kernels have other times.
  ///   - clock: nanoseconds since any fixed moment.
  package init(cache: PrecisionCache?, program: String, clock: @escaping @Sendable () -> UInt64) {
    self.cache = cache
    self.program = program
    self.clock = clock
  }

  /// The precision for `model` on inputs of up to `height` × `width` with `threads` threads per image; both sides are
  /// rounded up to the network's stride. Throws if the network cannot be compiled in f32.
  package func choice(
    for model: InferenceModel, height: Int, width: Int, threads: Int
  ) throws(InferenceError) -> PrecisionChoice {
    let stride = model.graph.stride
    let height = (height + stride - 1) / stride * stride, width = (width + stride - 1) / stride * stride
    let candidates = Self.candidates(for: model)
    guard candidates.count > 1 else { return PrecisionChoice(only: .f32) }
    let key = PrecisionKey(model, height: height, width: width, threads: threads, program: program)
    if let known = cache?.choice(for: key, among: candidates) { return known }
    let choice = try measure(model, candidates, height: height, width: width, threads: threads)
    // Another process may have finished measuring meanwhile: both must use the same precision.
    if let known = cache?.choice(for: key, among: candidates) { return known }
    cache?.keep(choice, for: key)
    return choice
  }

  /// The precisions `model` supports, the probably fastest first.
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
        // On some processors oneDNN has no fast int8 kernel for some layers.
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
