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

  @Option(
    help: ArgumentHelp(
      "Only the Ith of N parts of each input, for 'merge' to join; auto takes it from the environment as --shard does.",
      valueName: "I/N|auto|auto/N"))
  var part: String?

  @Option(help: "Inputs worked on at the same time, which share the threads; faster for short clips.")
  var jobs = 1

  @Flag(help: "A damaged input counts as failed, and ends with code 65.")
  var strict = false

  func validate() throws {
    try expect("--jobs", jobs, in: 1...256)
    guard !(shard?.hasPrefix("auto") ?? false && part?.hasPrefix("auto") ?? false) else {
      throw ValidationError("--shard and --part cannot both be auto: expected I/N for one of them")
    }
  }

  /// The share of this process; `nil` for all inputs.
  func share() throws -> Shard? { try shard.map { try Self.shard($0, of: "--shard") } }

  /// The part of each input; `nil` for the whole.
  func chosenPart() throws -> Shard? { try part.map { try Self.shard($0, of: "--part") } }

  private static func shard(_ text: String, of option: String) throws -> Shard {
    let environment = ProcessInfo.processInfo.environment
    if text == "auto" { return try Shard.automatic(environment, option: option) }
    if text.hasPrefix("auto/"), let count = Int(text.dropFirst(5)) {
      return try Shard.automatic(environment, count: count, option: option)
    }
    guard let chosen = Shard(parsing: text) else {
      throw ValidationError("\(option) \(text): expected I/N with I from 1 to N, auto or auto/N")
    }
    return chosen
  }
}
