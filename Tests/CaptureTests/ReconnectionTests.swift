import Scene
import Testing

@testable import Capture

@Suite struct ReconnectionTests {
  private func policy(_ change: (inout ReconnectPolicy) -> Void = { _ in }) -> ReconnectPolicy {
    var policy = ReconnectPolicy()
    policy.jitter = 0
    policy.seed = 1
    change(&policy)
    return policy
  }

  private func delay(_ decision: Reconnection.Decision) -> Double? {
    if case .retry(let delay) = decision { delay } else { nil }
  }

  @Test func `delays double to the longest and stay there`() {
    var reconnection = Reconnection(policy: policy())
    let delays = (0..<9).map { delay(reconnection.down(.unreachable, at: Double($0))) }
    #expect(delays == [0.5, 1, 2, 4, 8, 16, 30, 30, 30])
    #expect(reconnection.counts == [.unreachable: 9])
  }

  @Test(arguments: [(59.9, 2.0), (60.0, 0.5)])
  func `a source that was well for a minute begins again`(upTime: Double, expected: Double) {
    var reconnection = Reconnection(policy: policy())
    for time in [0.0, 1] { _ = reconnection.down(.unreachable, at: time) }
    reconnection.up(at: 10)
    #expect(delay(reconnection.down(.stalled, at: 10 + upTime)) == expected)
  }

  @Test func `jitter only shortens, by its share at most, and is the same for the same seed`() {
    let policy = policy { $0.jitter = 0.2 }
    var one = Reconnection(policy: policy), other = Reconnection(policy: policy)
    var seen = Set<Double>()
    for time in 0..<200 {
      let delay = delay(one.down(.unreachable, at: Double(time)))
      #expect(delay == self.delay(other.down(.unreachable, at: Double(time))))
      if time >= 6 {
        #expect((24...30).contains(delay ?? 0))
        seen.insert(delay ?? 0)
      }
    }
    #expect(seen.count > 150)
  }

  @Test func `retries are counted from the last frame`() {
    var reconnection = Reconnection(policy: policy { $0.retries = 2 })
    #expect(delay(reconnection.down(.unreachable, at: 0)) != nil)
    reconnection.up(at: 1)
    #expect(delay(reconnection.down(.ended, at: 2)) != nil)
    #expect(delay(reconnection.down(.unreachable, at: 3)) != nil)
    #expect(reconnection.down(.unreachable, at: 4) == .giveUp)
    var impatient = Reconnection(policy: policy { $0.retries = 0 })
    #expect(impatient.down(.unreachable, at: 0) == .giveUp)
  }

  @Test(
    arguments: [
      (false, false, nil), (false, true, 30), (true, false, 30), (true, true, 30),
    ] as [(Bool, Bool, Double?)])
  func `refused access is tried slowly, or not at all by who sees it at once`(
    isUnattended: Bool, hasBeenUp: Bool, expected: Double?
  ) {
    var reconnection = Reconnection(policy: policy { $0.isUnattended = isUnattended })
    if hasBeenUp { reconnection.up(at: 0) }
    #expect(delay(reconnection.down(.refused, at: 1)) == expected)
  }

  @Test func `stamps go on over an opening by the time that passed`() {
    var stamps = ContinuedStamps()
    func stamp(_ index: Int, _ seconds: Double, _ arrival: UInt64) -> FrameStamp {
      FrameStamp(index: index, seconds: seconds, arrival: arrival * 1_000_000_000)
    }
    stamps.beginOpening()
    var given = [stamps.next(stamp(0, 5, 100)), stamps.next(stamp(1, 6, 101))]
    stamps.beginOpening()
    given += [stamps.next(stamp(0, 0, 131)), stamps.next(stamp(1, 0.5, 132))]
    stamps.beginOpening()
    given.append(stamps.next(stamp(0, 1e6, 132)))
    #expect(given.map(\.index) == [0, 1, 2, 3, 4])
    #expect(zip(given, [5, 6, 36, 36.5, 36.501]).allSatisfy { abs($0.seconds - $1) < 1e-9 }, "\(given)")
  }
}
