import Foundation
import Testing

@testable import FFmpeg

@Suite struct InterruptFlagTests {
  @Test(arguments: [Double.nan, -1, -.infinity, 0, 1, .infinity])
  func `every limit is a moment`(seconds: Double) {
    let now = InterruptFlag.deadline(in: 0)
    #expect((now...now + 2_000_000_000_000_000_000).contains(InterruptFlag.deadline(in: seconds)))
  }

  @Test func `a wait costs the last time what it cost the first time`() async {
    let flag = InterruptFlag()
    flag.recordBytes { 1 }
    // What each wait leaves behind on the way to the counter would be more than this stack has room for.
    await withCheckedContinuation { done in
      let thread = Thread {
        for _ in 0..<20_000 { flag.seeWait() }
        done.resume()
      }
      thread.stackSize = 128 << 10
      thread.start()
    }
    flag.recordBytes(nil)
  }
}
