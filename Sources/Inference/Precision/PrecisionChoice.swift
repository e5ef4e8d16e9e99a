/// The precision that `auto` chose for a network on this machine, with the measured times.
package struct PrecisionChoice: Hashable, Sendable, Codable {
  /// Time of one precision.
  package struct Timing: Hashable, Sendable, Codable {
    /// The precision.
    package let precision: CompilationOptions.Precision
    /// Shortest run, in nanoseconds.
    package let nanoseconds: UInt64
    /// Whether a run was completed. If not, each was aborted after `nanoseconds` because another precision was
    /// faster.
    package let isFinished: Bool
  }

  /// The chosen precision.
  package let precision: CompilationOptions.Precision
  /// The measured precisions; empty if there was only one.
  package let timings: [Timing]

  /// A precision slower than the fastest by at most this fraction is chosen if it is more accurate.
  static let tolerance = 0.05

  /// The only supported precision.
  package init(only precision: CompilationOptions.Precision) {
    self.precision = precision
    timings = []
  }

  /// The most accurate of the precisions in `timings` that are about as fast as the fastest; f32 if none finished.
  init(_ timings: [Timing]) {
    let finished = timings.filter(\.isFinished)
    let limit = Double(finished.map(\.nanoseconds).min() ?? 0) * (1 + Self.tolerance)
    let fast = Set(finished.filter { Double($0.nanoseconds) <= limit }.map(\.precision))
    precision = CompilationOptions.Precision.allCases.first(where: fast.contains) ?? .f32
    self.timings = timings
  }

  /// The timings in one line, such as `int8 8.1 ms, bf16 14.0 ms, f32 over 20.2 ms`.
  package var reason: String {
    guard !timings.isEmpty else { return "nothing else to compare" }
    return timings.map { timing in
      let tenths = (timing.nanoseconds + 50_000) / 100_000
      return "\(timing.precision.rawValue) \(timing.isFinished ? "" : "over ")\(tenths / 10).\(tenths % 10) ms"
    }.joined(separator: ", ")
  }
}

extension CompilationOptions.Precision: Codable {}
