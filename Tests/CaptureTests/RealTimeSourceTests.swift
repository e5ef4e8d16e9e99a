import FFmpeg
import Synchronization
import Testing

@testable import Capture

@Suite struct RealTimeSourceTests {
  /// A pattern with times of its own.
  private final class TimedSource: FrameSource {
    private let pattern: TestPatternSource
    private let times: Mutex<[Double]>

    init(_ times: [Double]) throws {
      pattern = TestPatternSource(try #require(TestPattern(width: 64, height: 32, rate: 10)))
      self.times = Mutex(times)
    }

    var description: SourceDescription { pattern.description }
    var audio: AudioPackets? { nil }
    var losses: SourceLosses { pattern.losses }
    func interrupt() {}
    func next() throws(CaptureError) -> CaptureOutcome {
      switch try pattern.next() {
      case .endOfStream: return .endOfStream
      case .frame(var frame):
        frame.stamp.seconds = times.withLock { $0.removeFirst() }
        return .frame(frame)
      }
    }
  }

  @Test(arguments: [1e10, 1e300, -1e300, .infinity, .nan])
  func `a time out of all bounds is waited for and can be interrupted`(seconds: Double) throws {
    let source = RealTimeSource(try TimedSource([0, seconds]), isLive: true)
    _ = try source.next()
    source.interrupt()
    let error = #expect(throws: CaptureError.self) { _ = try source.next() }
    #expect(error?.code == .interrupted)
  }
}
