/// Times the precisions of one network in interleaved rounds, and stops as soon as the slow ones are known.
///
/// The shortest run counts, so that a busy moment does not decide. A run is aborted once it takes clearly longer than
/// the fastest so far: all slow precisions together then cost little more than the fast one.
struct PrecisionTrial {
  /// Runs of each precision.
  var rounds = 3
  /// No further round starts after this many nanoseconds.
  var budget: UInt64 = 250_000_000
  /// A run is aborted at this multiple of the shortest one.
  var patience = 1.25

  /// Runs the network once in a precision and returns the nanoseconds it took, or `nil` if it was aborted at the
  /// limit.
  typealias Run<Failure: Error> = (CompilationOptions.Precision, _ limit: UInt64?) throws(Failure) -> UInt64?

  /// Times `candidates`, the probably fastest first.
  func timings<Failure: Error>(
    of candidates: [CompilationOptions.Precision], run: Run<Failure>
  ) throws(Failure) -> [PrecisionChoice.Timing] {
    var best: [CompilationOptions.Precision: UInt64] = [:]
    var cuts: [CompilationOptions.Precision: UInt64] = [:]
    var spent: UInt64 = 0
    for round in 0..<rounds where round == 0 || spent < budget {
      for candidate in candidates {
        let limit = best.values.min().map { UInt64(Double($0) * patience) }
        if let time = try run(candidate, limit) {
          best[candidate] = min(best[candidate] ?? .max, time)
          spent += time
        } else {
          cuts[candidate] = min(cuts[candidate] ?? .max, limit ?? 0)
          spent += limit ?? 0
        }
      }
    }
    return candidates.map { candidate in
      .init(
        precision: candidate, nanoseconds: best[candidate] ?? cuts[candidate] ?? 0, isFinished: best[candidate] != nil)
    }
  }
}
