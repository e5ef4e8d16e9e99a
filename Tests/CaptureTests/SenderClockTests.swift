import Testing

@testable import Capture

@Suite struct SenderClockTests {
  private let now: Int64 = 1_800_000_000_000_000

  @Test(arguments: [("h264", 1), ("hevc", 1), ("mjpeg", 0)])
  func `what is said of a frame, or of the one after it, gives the time of all`(codec: String, ahead: Int) {
    var clock = SenderClock(codec: codec)
    let times = [0.0, 0.04, 0.12, 0.16]
    #expect(clock.taken(at: 0, wall: now) == nil)
    for (index, time) in times.enumerated() {
      let spoken = index + ahead < times.count ? times[index + ahead] : nil
      clock.see(spoken.map { now + Int64($0 * 1e6) }, at: time)
      if index >= ahead { #expect(clock.taken(at: time, wall: now) == now + Int64(time * 1e6)) }
    }
  }

  @Test func `a sender without a clock is not believed`() {
    var clock = SenderClock(codec: "mjpeg")
    clock.see(60_000_000, at: 0)
    #expect(clock.taken(at: 0, wall: now) == nil)
    clock.see(now, at: .nan)
    #expect(clock.taken(at: 1e300, wall: now) == nil)
  }

  @Test func `a clock that is mended a little goes on rising, and one that is set goes where it was set`() {
    var clock = SenderClock(codec: "mjpeg")
    clock.see(now, at: 0)
    #expect(clock.taken(at: 1, wall: now) == now + 1_000_000)
    clock.see(now - 500_000, at: 0)
    #expect(clock.taken(at: 1.1, wall: now) == now + 1_000_001)
    clock.see(now - 3_600_000_000, at: 0)
    #expect(clock.taken(at: 2, wall: now) == now - 3_598_000_000)
  }
}
