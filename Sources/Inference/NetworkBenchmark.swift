public import GELAN
import OneDNN

/// Times a compiled network on one picture after another: the whole, and each of its steps.
public struct NetworkBenchmark {
  /// Time of one step over the runs.
  public struct StepTime: Sendable {
    /// Part of the network.
    public var name: String
    /// What runs it.
    public var implementation: String
    /// Floating-point operations.
    public var work: Int
    /// Median over the runs, in nanoseconds.
    public var nanoseconds: UInt64
  }

  private let execution: NetworkExecution
  private let picture: [Float]
  private let clock: () -> UInt64

  /// `model` in whole numbers by the scales of a made-up picture: as fast as any, and good for nothing else.
  public static func quantised(_ model: InferenceModel) throws(InferenceError) -> InferenceModel {
    let calibration = try Calibration(model, side: 5 * model.graph.stride, threads: 1)
    try calibration.observe(input: (0..<(3 * calibration.side * calibration.side)).map { Float($0 % 251) })
    return Quantiser(calibration).model()
  }

  /// A benchmark of `network` by `clock` (nanoseconds), on a picture of stripes.
  public init(_ network: CompiledNetwork, clock: @escaping () -> UInt64) throws(InferenceError) {
    execution = try NetworkExecution(network)
    picture = (0..<(3 * network.options.height * network.options.width)).map { Float($0 % 251) }
    self.clock = clock
  }

  /// Times of `runs` runs in nanoseconds, ascending, after `warmUp` that are not counted.
  public func times(runs: Int, warmUp: Int = 3) throws(InferenceError) -> [UInt64] {
    var times: [UInt64] = []
    for run in 0..<(warmUp + runs) {
      fillInput()
      let start = clock()
      try execution.run()
      if run >= warmUp { times.append(clock() - start) }
    }
    return times.sorted()
  }

  /// Nanoseconds of one run; `nil` if it was given up because it was not done after `limit`.
  func time(within limit: UInt64?) throws(InferenceError) -> UInt64? {
    fillInput()
    return try execution.run(within: limit, clock: clock)
  }

  /// Median time of each step over `runs` runs, in the order they run.
  public func stepTimes(runs: Int) throws(InferenceError) -> [StepTime] {
    var samples: [[UInt64]] = []
    for _ in 0..<max(runs, 1) {
      fillInput()
      samples.append(try execution.run(clock: clock))
    }
    return execution.network.description.enumerated().map { index, step in
      StepTime(
        name: step.name, implementation: step.implementation, work: step.work,
        nanoseconds: samples.map { $0[index] }.sorted()[samples.count / 2])
    }
  }

  /// The arena reuses the input's memory, so it is written anew for each run, as a picture would be.
  private func fillInput() { execution.show(picture) }
}
