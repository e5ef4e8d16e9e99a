import Foundation
import Kernels
import Synchronization
import Testing

@testable import Inference

/// How a team divides work.
@Suite(.serialized) struct TeamTests {
  /// What the members report; their function is C's, so it reaches this by a pointer.
  private final class Record: Sendable {
    let times: Mutex<[Int]>
    let done = Atomic<Int>(0)

    init(units: Int) { times = Mutex(Array(repeating: 0, count: units)) }

    func add(_ range: team_range) {
      times.withLock { times in for unit in range.begin..<range.end { times[Int(unit)] += 1 } }
      done.add(Int(range.end - range.begin), ordering: .sequentiallyConsistent)
    }

    static func of(_ pointer: UnsafeRawPointer?) -> Record {
      unsafe Unmanaged<Record>.fromOpaque(pointer!).takeUnretainedValue()
    }
  }

  private func run(
    _ record: Record, threads: Int, units: team_units,
    _ work: @convention(c) (UnsafeRawPointer?, Int32, team_range) -> Void
  ) {
    withExtendedLifetime(record) {
      unsafe team_run(Int32(threads), units, work, Unmanaged.passUnretained(record).toOpaque())
    }
  }

  @Test func eachUnitIsDoneOnce() {
    for count in 0...40 {
      for threads in 1...5 {
        for grain in [1, 3, 50] {
          let record = Record(units: count)
          run(record, threads: threads, units: team_units(count: Int32(count), grain: Int32(grain))) {
            record, _, range in
            Record.of(record).add(range)
          }
          #expect(
            record.times.withLock { $0 } == Array(repeating: 1, count: count), "\(threads) threads, grain \(grain)")
        }
      }
    }
  }

  /// The member that has unit 0 goes on only when the other has done all but its range.
  @Test func nobodyWaitsForASlowMember() {
    let record = Record(units: 64)
    run(record, threads: 2, units: team_units(count: 64, grain: 1)) { pointer, _, range in
      let record = Record.of(pointer)
      if range.begin == 0 {
        let deadline = ContinuousClock.now + .seconds(60)
        while record.done.load(ordering: .sequentiallyConsistent) < 64 - Int(range.end), ContinuousClock.now < deadline
        {
          sched_yield()
        }
        #expect(ContinuousClock.now < deadline, "units of the slow member were left")
      }
      record.add(range)
    }
    #expect(record.times.withLock { $0 } == Array(repeating: 1, count: 64))
  }
}
