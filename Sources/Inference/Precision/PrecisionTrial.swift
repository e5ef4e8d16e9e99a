/// Times the precisions of one network in turn, and stops as soon as it is clear which are slow.
///
/// Rounds are interleaved and the shortest run counts, so that a moment in which the machine is busy does not decide. A run
/// is cut off when it has taken noticeably longer than the fastest one so far: all slow precisions together then cost little
/// more than the fast one.
struct PrecisionTrial {
  /// Runs of each precision.
  var rounds = 3
  /// No further round begins after this many nanoseconds.
  var budget: UInt64 = 250_000_000
  /// A run is cut off at this multiple of the shortest one.
  var patience = 1.25

  /// Runs the network once in a precision; the nanoseconds it took, or `nil` if it was not done at the limit.
  typealias Run<Failure: Error> = (CompilationOptions.Precision, _ limit: UInt64?) throws(Failure) -> UInt64?

  /// The times of `candidates`, the one that is probably the fastest first.
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
