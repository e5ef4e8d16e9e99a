import Testing

@testable import FFmpeg

@Suite struct ArrivalRecordTests {
  /// Nanoseconds of so many milliseconds on a clock that does not begin at 0.
  private func at(_ milliseconds: Double) -> UInt64 { 5_000_000_000 + UInt64(milliseconds * 1e6) }

  @Test(arguments: [1, 4], [40.0, 1000, 5000])
  func `a frame came with its last packet, not when the next one began`(pieces: Int, interval: Double) {
    let record = ArrivalRecord()
    for frame in 0..<5 {
      for piece in 0..<pieces {
        record.addPacket(of: 0, endingAt: -1, at: at(Double(frame) * interval + Double(piece)))
        if piece == 0, frame > 0 { record.addFrame(of: 0, at: at(Double(frame) * interval)) }
      }
    }
    // They are taken long after, as what is read while an input is opened.
    for frame in 0..<4 {
      let arrival = record.takeFrame(of: 0)
      #expect(arrival?.beforeNext == at(Double(frame) * interval + Double(pieces - 1)))
      #expect(arrival?.given == at(Double(frame + 1) * interval))
    }
    #expect(record.takeFrame(of: 0) == nil)
  }

  @Test func `streams are distinguished, and of frames that end in one packet the last came with it`() {
    let record = ArrivalRecord()
    record.addPacket(of: 0, endingAt: -1, at: at(0))
    record.addPacket(of: 1, endingAt: -1, at: at(50))
    record.addFrame(of: 1, at: at(50))
    record.addPacket(of: 0, endingAt: -1, at: at(90))
    for _ in 0..<2 { record.addFrame(of: 0, at: at(90)) }
    #expect(record.takeFrame(of: 0)?.beforeNext == at(0))
    #expect(record.takeFrame(of: 0)?.beforeNext == at(90))
    #expect(record.takeFrame(of: 1)?.given == at(50))
  }

  @Test func `where bytes are counted, a packet came when libav began to wait behind its end`() {
    let record = ArrivalRecord()
    // A packet of 1000 bytes ends with the beginning of the next, which comes a second later.
    record.wait(at: at(0), after: 600)
    record.wait(at: at(1), after: 1000)
    record.wait(at: at(101), after: 1000)
    record.addPacket(of: 0, endingAt: 1000, at: at(1000))
    record.addFrame(of: 0, at: at(1000))
    #expect(record.takeFrame(of: 0)?.given == at(1))
    // All of the next one had been read before.
    record.addPacket(of: 0, endingAt: 1500, at: at(1001))
    record.addFrame(of: 0, at: at(1001))
    #expect(record.takeFrame(of: 0)?.given == at(1001))
  }

  @Test func `an input that is read in some other place gives no wrong times`() {
    let record = ArrivalRecord()
    record.wait(at: at(0), after: 600)
    for moment in [1000.0, 2000] {
      record.addPacket(of: 0, endingAt: 500, at: at(moment))
      record.addFrame(of: 0, at: at(moment))
    }
    _ = record.takeFrame(of: 0)
    #expect(record.takeFrame(of: 0)?.given == at(2000))
  }
}
