import ArgumentParser
import Batch
import Foundation

/// Which inputs of a batch are worked on here, and how many at a time.
struct DivisionArguments: ParsableArguments {
  @Flag(help: "Leave alone what is finished; do the rest.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Only the Ith of N shares of the inputs; auto takes it from Slurm, torchrun, Open MPI or Kubernetes.",
      valueName: "I/N|auto|auto/N"))
  var shard: String?

  @Option(help: "Inputs worked on at the same time, which share the threads; faster for short clips.")
  var jobs = 1

  @Flag(help: "A damaged input counts as failed, and ends with code 65.")
  var strict = false

  func validate() throws { try expect("--jobs", jobs, in: 1...256) }

  /// The share of this process; `nil` for all inputs.
  func share() throws -> Shard? {
    guard let shard else { return nil }
    let environment = ProcessInfo.processInfo.environment
    if shard == "auto" { return try Shard.automatic(environment) }
    if shard.hasPrefix("auto/"), let count = Int(shard.dropFirst(5)) {
      return try Shard.automatic(environment, count: count)
    }
    guard let chosen = Shard(parsing: shard) else {
      throw ValidationError("--shard \(shard): expected I/N with I from 1 to N, auto or auto/N")
    }
    return chosen
  }
}
