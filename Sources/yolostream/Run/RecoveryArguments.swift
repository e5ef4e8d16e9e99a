import ArgumentParser
import Capture
import Scene

/// What to do when a live source fails.
struct RecoveryArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Failed attempts in a row before a live source is given up.", valueName: "N|inf"),
    transform: { try read($0, Retries.init(parsing:), expected: "a number, or inf") })
  var retries = Retries(count: nil)

  @Option(
    help: ArgumentHelp("Time between attempts: the first, doubling to the longest.", valueName: "first..longest"),
    transform: { try read($0, Backoff.init(parsing:), expected: "two times such as 0.5s..30s, the shorter first") })
  var backoff = Backoff(first: Seconds(0.5), longest: Seconds(30))

  /// The policy: somebody sees the first failure, so permanent ones are final.
  var policy: ReconnectPolicy {
    var policy = ReconnectPolicy()
    policy.retries = retries.count
    policy.firstDelay = backoff.first.value
    policy.longestDelay = backoff.longest.value
    policy.isUnattended = false
    return policy
  }
}

/// A number, or `inf`.
struct Retries: CustomStringConvertible {
  let count: Int?

  init(count: Int?) { self.count = count }

  init?(parsing argument: String) {
    if argument == "inf" {
      count = nil
    } else {
      guard let count = Int(argument), count >= 0 else { return nil }
      self.count = count
    }
  }

  var description: String { count.map(String.init) ?? "inf" }
}

/// `0.5s..30s`, or one time for both.
struct Backoff: CustomStringConvertible {
  let first: Seconds
  let longest: Seconds

  init(first: Seconds, longest: Seconds) {
    self.first = first
    self.longest = longest
  }

  init?(parsing argument: String) {
    let ends = argument.split(separator: "..", omittingEmptySubsequences: false).map { Seconds(parsing: String($0)) }
    guard (1...2).contains(ends.count), let first = ends[0], let longest = ends[ends.count - 1], first.value > 0,
      longest.value >= first.value
    else { return nil }
    self.init(first: first, longest: longest)
  }

  var description: String { "\(first)..\(longest)" }
}
