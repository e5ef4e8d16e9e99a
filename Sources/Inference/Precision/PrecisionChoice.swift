/// The precision that `auto` takes for a network on this machine, and the times that decided it.
public struct PrecisionChoice: Hashable, Sendable, Codable {
  /// How long one precision took.
  public struct Timing: Hashable, Sendable, Codable {
    /// What the network was computed in.
    public let precision: CompilationOptions.Precision
    /// Shortest run, in nanoseconds.
    public let nanoseconds: UInt64
    /// Whether a run came to its end. If none did, each was cut off after `nanoseconds`: another precision was faster.
    public let isFinished: Bool
  }

  /// What to compute in.
  public let precision: CompilationOptions.Precision
  /// The precisions that were timed; empty if there was only one to take.
  public let timings: [Timing]

  /// A precision that is this much slower than the fastest one is still taken if it is more accurate.
  static let tolerance = 0.05

  /// The only precision there is.
  public init(only precision: CompilationOptions.Precision) {
    self.precision = precision
    timings = []
  }

  /// The most accurate of those in `timings` that are about as fast as the fastest; f32 if none finished.
  init(_ timings: [Timing]) {
    let finished = timings.filter(\.isFinished)
    let limit = Double(finished.map(\.nanoseconds).min() ?? 0) * (1 + Self.tolerance)
    let fast = Set(finished.filter { Double($0.nanoseconds) <= limit }.map(\.precision))
    precision = CompilationOptions.Precision.allCases.first(where: fast.contains) ?? .f32
    self.timings = timings
  }

  /// The timings in one line, such as `int8 8.1 ms, bf16 14.0 ms, f32 over 20.2 ms`.
  public var reason: String {
    guard !timings.isEmpty else { return "nothing else to compare" }
    return timings.map { timing in
      let tenths = (timing.nanoseconds + 50_000) / 100_000
      return "\(timing.precision.rawValue) \(timing.isFinished ? "" : "over ")\(tenths / 10).\(tenths % 10) ms"
    }.joined(separator: ", ")
  }
}

extension CompilationOptions.Precision: Codable {}
