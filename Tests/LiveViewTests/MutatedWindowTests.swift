import TestSupport
import Testing

@testable import LiveView

/// The window of an HLS playlist in any order of calls, and any name that a caller may ask for.
@Suite struct MutatedWindowTests {
  @Test func `any order of calls keeps the window small, and the playlist names what is there`() throws {
    for seed in 0..<Mutations.count(usual: 300) {
      var numbers = SeededNumbers(seed: seed)
      var window = SegmentWindow()
      for _ in 0..<200 {
        switch numbers.below(5) {
        case 0: window.begin(header: [UInt8](repeating: 1, count: numbers.below(900)))
        case 1: window.endSegment()
        default:
          let seconds = [0, 0.04, 0.5, 1, 10, 1e-9, 1e9][numbers.below(7)]
          let size = [0, 1, 1000, 1 << 18][numbers.below(4)]
          window.append(
            [UInt8](repeating: 0, count: size), seconds: seconds, began: Int64(numbers.below(1 << 40)))
        }
      }
      #expect(window.byteCount <= SegmentWindow.byteLimit, "seed \(seed)")
      for line in window.playlist.split(separator: "\n") where !line.hasPrefix("#") {
        #expect(SegmentWindow.Name(String(line)).flatMap { window.bytes(of: $0) } != nil, "seed \(seed): \(line)")
      }
    }
  }

  @Test func `any name is a piece or nothing`() throws {
    var window = SegmentWindow()
    window.begin(header: [1])
    window.append([1], seconds: 1, began: 0)
    window.endSegment()
    try Mutations.each(of: ["0.mp4", "0.m4s", "12.3.m4s", "index.m3u8"], name: "names", usual: 2000) { _, bytes in
      _ = SegmentWindow.Name(String(decoding: bytes, as: UTF8.self)).flatMap { window.bytes(of: $0) }
    }
  }
}
