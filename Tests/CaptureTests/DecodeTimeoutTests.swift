import Testing

@testable import Capture

@Suite struct DecodeTimeoutTests {
  private static let second: UInt64 = 1_000_000_000

  @Test func `a source that sends nothing whole is given up after six time-outs, counted from its last frame`() {
    var patience = DecodeTimeout(timeout: 10, at: 100 * Self.second)
    #expect(!patience.isOver(at: 160 * Self.second))
    #expect(patience.isOver(at: 161 * Self.second))
    patience.renew(at: 150 * Self.second)
    #expect(!patience.isOver(at: 210 * Self.second) && patience.isOver(at: 211 * Self.second))
    // Who asks may have read the clock a little earlier.
    #expect(!patience.isOver(at: 149 * Self.second))
  }
}
