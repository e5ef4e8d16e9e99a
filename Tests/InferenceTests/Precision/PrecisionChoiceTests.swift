import Testing

@testable import Inference

/// Which precision `auto` takes, by times that are made up.
@Suite struct PrecisionChoiceTests {
  typealias Precision = CompilationOptions.Precision

  private static func choice(_ times: [Precision: UInt64]) -> PrecisionChoice {
    PrecisionChoice(times.map { .init(precision: $0, nanoseconds: $1, isFinished: true) })
  }

  @Test(
    arguments: [
      ([.f32: 100, .bf16: 60, .int8: 30], .int8), ([.f32: 100, .bf16: 200], .f32),
      ([.f32: 100, .bf16: 200, .int8: 90], .int8),
      ([.f32: 104, .bf16: 100, .int8: 101], .f32), ([.f32: 107, .bf16: 103, .int8: 100], .bf16), ([.f32: 100], .f32),
    ] as [([Precision: UInt64], Precision)])
  func `the fastest is taken, and of those that are about as fast the most accurate`(
    times: [Precision: UInt64], expected: Precision
  ) {
    #expect(Self.choice(times).precision == expected)
  }

  @Test func `a precision that was cut off is not taken, whatever its time`() {
    let choice = PrecisionChoice([
      .init(precision: .int8, nanoseconds: 20_000_000, isFinished: true),
      .init(precision: .f32, nanoseconds: 20_000_000, isFinished: false),
    ])
    #expect(choice.precision == .int8)
    #expect(choice.reason == "int8 20.0 ms, f32 over 20.0 ms")
  }

  /// Runs a trial on times by precision, one for each run; what was asked for.
  private static func trial(
    _ times: [Precision: [UInt64]], _ trial: PrecisionTrial = PrecisionTrial()
  ) -> (choice: PrecisionChoice, runs: [Precision: Int], cost: UInt64) {
    var runs: [Precision: Int] = [:]
    var cost: UInt64 = 0
    let timings = trial.timings(of: [.int8, .bf16, .f32].filter { times[$0] != nil }) { precision, limit in
      let all = times[precision] ?? [0], index = runs[precision, default: 0]
      runs[precision] = index + 1
      let time = all[min(index, all.count - 1)]
      cost += min(time, limit ?? .max)
      return limit.map { time > $0 } ?? false ? nil : time
    }
    return (PrecisionChoice(timings), runs, cost)
  }

  @Test func `slow precisions cost little more than the fast one`() {
    let result = Self.trial([.int8: [10_000], .bf16: [40_000], .f32: [90_000]])
    #expect(result.choice.precision == .int8 && result.runs == [.int8: 3, .bf16: 3, .f32: 3])
    #expect(result.cost == 3 * (10_000 + 2 * 12_500))
  }

  @Test func `a busy moment does not decide`() {
    // int8 is held up in the first round and bf16 in the second.
    let result = Self.trial([.int8: [90_000, 10_000, 10_000], .bf16: [40_000, 80_000, 40_000], .f32: [60_000]])
    #expect(result.choice.precision == .int8)
  }

  @Test func `what looks slow on paper is taken where it is fast`() {
    #expect(Self.trial([.int8: [77], .bf16: [150], .f32: [69]]).choice.precision == .f32)
  }

  @Test func `a large network is run once`() {
    let second: UInt64 = 1_000_000_000
    let result = Self.trial([.int8: [second], .bf16: [second * 3], .f32: [second * 5]])
    #expect(result.choice.precision == .int8 && result.runs == [.int8: 1, .bf16: 1, .f32: 1])
  }
}
