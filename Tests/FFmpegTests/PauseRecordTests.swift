import Testing

@testable import FFmpeg

@Suite struct PauseRecordTests {
  /// Nanoseconds of so many milliseconds on a clock that does not begin at 0.
  private func at(_ milliseconds: Double) -> UInt64 { 5_000_000_000 + UInt64(milliseconds * 1e6) }

  @Test(arguments: [40.0, 98, 200, 1000, 5000])
  func `a frame came when its last packet came, not when the next one began`(interval: Double) {
    let record = PauseRecord()
    for packet in [0.0, 1, 3] { record.see(at(packet)) }
    // libav asks every 100 ms while it waits.
    for question in stride(from: 103.0, to: interval, by: 100) { record.see(at(question)) }
    record.see(at(interval))
    #expect(record.take(at: at(interval + 0.1)) == at(3))
    #expect(record.take(at: at(interval + 0.2)) == nil)
  }

  @Test func `packets that come without a pause give none`() {
    let record = PauseRecord()
    for packet in stride(from: 0.0, to: 300, by: 7) { record.see(at(packet)) }
    #expect(record.take(at: at(300)) == nil)
  }
}
