import Dispatch
import FFmpeg
import Synchronization
import Testing

@testable import Capture

@Suite struct LoopingSourceTests {
  /// A source whose `next` waits until it is interrupted.
  private final class WaitingSource: FrameSource {
    let isWaiting = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)
    private let pattern: TestPatternSource

    init() throws { pattern = TestPatternSource(try #require(TestPattern(width: 64, height: 32, rate: 10))) }

    var description: SourceDescription { pattern.description }
    var audio: AudioPackets? { nil }
    var losses: SourceLosses {
      var losses = SourceLosses()
      losses.damagedPackets = 3
      return losses
    }
    func interrupt() { gate.signal() }
    func next() throws(CaptureError) -> CaptureOutcome {
      isWaiting.signal()
      gate.wait()
      throw CaptureError(.interrupted, "interrupted")
    }
  }

  @Test func `what was lost can be asked for while a frame is waited for`() throws {
    let waiting = try WaitingSource()
    let source = try LoopingSource { () throws(CaptureError) in waiting }
    let hasEnded = DispatchSemaphore(value: 0), hasAnswered = DispatchSemaphore(value: 0)
    let answer = Mutex(0)
    DispatchQueue.global().async {
      _ = try? source.next()
      hasEnded.signal()
    }
    waiting.isWaiting.wait()
    DispatchQueue.global().async {
      let losses = source.losses
      answer.withLock { $0 = losses.damagedPackets }
      hasAnswered.signal()
    }
    let inTime = hasAnswered.wait(timeout: .now() + 30) == .success
    source.interrupt()
    hasEnded.wait()
    #expect(inTime, "`losses` waited for `next`")
    #expect(!inTime || answer.withLock { $0 } == 3)
  }
}
