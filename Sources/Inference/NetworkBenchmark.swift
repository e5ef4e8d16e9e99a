package import GELAN
import OneDNN

/// Times a compiled network on single images: as a whole and step by step.
package struct NetworkBenchmark {
  /// Time of one step.
  package struct StepTime: Sendable {
    /// Name of the step.
    package var name: String
    /// Its implementation.
    package var implementation: String
    /// Floating-point operations.
    package var work: Int
    /// Median over the runs, in nanoseconds.
    package var nanoseconds: UInt64
  }

  private let execution: NetworkExecution
  private let image: [Float]
  private let clock: () -> UInt64

  /// `model` quantised with scales from a synthetic image: representative in speed, not in accuracy.
  package static func quantised(_ model: InferenceModel) throws(InferenceError) -> InferenceModel {
    let calibration = try Calibration(model, side: 5 * model.graph.stride, threads: 1)
    try calibration.observe(input: (0..<(3 * calibration.side * calibration.side)).map { Float($0 % 251) })
    return Quantiser(calibration).model()
  }

  /// A benchmark of `network` by `clock` (nanoseconds) on an image of stripes.
  package init(_ network: CompiledNetwork, clock: @escaping () -> UInt64) throws(InferenceError) {
    execution = try NetworkExecution(network)
    image = (0..<(3 * network.options.height * network.options.width)).map { Float($0 % 251) }
    self.clock = clock
  }

  /// Times of `runs` runs in nanoseconds, ascending, after `warmUp` untimed runs.
  package func times(runs: Int, warmUp: Int = 3) throws(InferenceError) -> [UInt64] {
    var times: [UInt64] = []
    for run in 0..<(warmUp + runs) {
      try fillInput()
      let start = clock()
      try execution.run()
      if run >= warmUp { times.append(clock() - start) }
    }
    return times.sorted()
  }

  /// Time of one run in nanoseconds; `nil` if it was aborted because it took longer than `limit`.
  func time(within limit: UInt64?) throws(InferenceError) -> UInt64? {
    try fillInput()
    return try execution.run(within: limit, clock: clock)
  }

  /// Median time of each step over `runs` runs, in execution order.
  package func stepTimes(runs: Int) throws(InferenceError) -> [StepTime] {
    var samples: [[UInt64]] = []
    for _ in 0..<max(runs, 1) {
      try fillInput()
      samples.append(try execution.run(clock: clock))
    }
    return execution.network.description.enumerated().map { index, step in
      StepTime(
        name: step.name, implementation: step.implementation, work: step.work,
        nanoseconds: samples.map { $0[index] }.sorted()[samples.count / 2])
    }
  }

  /// Writes the input. The arena reuses its memory, so it must be written before each run, as in a stream.
  private func fillInput() throws(InferenceError) { try execution.setInput(image) }
}
