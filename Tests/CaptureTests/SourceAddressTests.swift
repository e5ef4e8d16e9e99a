import FFmpeg
import Testing

@testable import Capture

@Suite struct SourceAddressTests {
  @Test(
    arguments: [
      ("rtsp://u:p@cam/1", "rtsp://***@cam/1"), ("rtsp://admin:p@ss@10.0.0.5:554/a", "rtsp://***@10.0.0.5:554/a"),
      ("rtsp://u:a/b@cam/1", "rtsp://***@cam/1"), ("http://cam:80/x@2", "http://cam:80/x@2"),
      ("http://cam/a?token=abc&w=1", "http://cam/a?token=***&w=1"),
    ] as [(String, String)])
  func `an address is shown without its secrets`(text: String, shown: String) throws {
    #expect(try SourceAddress(parsing: text).description == shown)
  }

  @Test(arguments: ["gopher://x", "test:12", "test:640x480", "/no/such/file.mp4"])
  func `what is no source is refused`(text: String) {
    #expect(throws: CaptureError.self) { try SourceAddress(parsing: text) }
  }

  @Test(
    arguments: [
      ([0, 1, 2, 3], [0, 1, 2, 3]), ([0, 0, 0, 0], [0, 1, 2, 3]), ([0, 1, 1, 3], [0, 1, 2, 3]),
      ([5, 6, 5.9, 7], [5, 6, 6.5, 7]), ([3600, 3601, 0, 1], [3600, 3601, 3602, 3603]), ([0, 10, 11], [0, 10, 11]),
    ] as [([Double], [Double])])
  func `times always grow, and good ones are kept`(given: [Double], expected: [Double]) {
    var clock = RisingTimes(interval: 1)
    #expect(given.map { clock.next($0) } == expected)
  }

  @Test func `a jump of the clock is taken out`() {
    var jumps = TimestampJumps(limit: 10)
    for time in [0, 1, 2, 3602, 3603, 0.0] { jumps.see(time, interval: 1) }
    #expect(jumps.count == 2)
    #expect(jumps.shift == 5)
  }
}
