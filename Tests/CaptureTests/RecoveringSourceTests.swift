import FFmpeg
import Foundation
import Imaging
import Scene
import Synchronization
import Testing

@testable import Capture

@Suite struct RecoveringSourceTests {
  /// What each opening of a source comes to, one after another; the last is repeated.
  private final class Script: Sendable {
    enum Opening: Sendable {
      case refuses(CaptureError.Code)
      /// Gives so many frames of a size, then ends or fails.
      case gives(Int, width: Int, then: CaptureError.Code?)
    }

    let openings: [Opening]
    let position = Mutex(0)
    let clock = Mutex(0.0)
    let reported = Mutex<[SourceState]>([])

    init(_ openings: [Opening]) { self.openings = openings }

    func open() throws(CaptureError) -> any FrameSource {
      let index = position.withLock { position in
        defer { position += 1 }
        return min(position, openings.count - 1)
      }
      switch openings[index] {
      case .refuses(let code): throw CaptureError(code, "cannot open it")
      case .gives(let count, let width, let end): return try ScriptedSource(count, width: width, then: end)
      }
    }

    /// A source whose waits pass at once.
    func source(_ change: (inout ReconnectPolicy) -> Void = { _ in }) -> RecoveringSource {
      var policy = ReconnectPolicy()
      policy.jitter = 0
      change(&policy)
      return RecoveringSource(
        address: "rtsp://u:p@cam/1", policy: policy, open: { (_) throws(CaptureError) in try self.open() },
        observe: { state in self.reported.withLock { $0.append(state) } },
        time: RecoveringSource.Time(
          now: { self.clock.withLock { $0 } }, wait: { delay in self.clock.withLock { $0 += delay } }))
    }

    /// `connecting`, `up 64`, `down stalled 0.5`.
    var story: [String] {
      reported.withLock { states in
        states.map { state in
          switch state {
          case .connecting: "connecting"
          case .up(let facts): "up \(facts.width)"
          case .down(let cause, _, let delay): "down \(cause.rawValue) \(delay)"
          }
        }
      }
    }
  }

  private final class ScriptedSource: FrameSource {
    let description: SourceDescription
    private let inner: TestPatternSource
    private let end: CaptureError.Code?

    init(_ count: Int, width: Int, then end: CaptureError.Code?) throws(CaptureError) {
      guard let pattern = TestPattern(width: width, height: 32, rate: 10, frameCount: count) else {
        throw CaptureError(.internalError, "no pattern")
      }
      inner = TestPatternSource(pattern)
      self.end = end
      var description = inner.description
      description.kind = .live
      description.duration = nil
      self.description = description
    }

    var audio: AudioPackets? { nil }
    var losses: SourceLosses {
      var losses = SourceLosses()
      losses.damagedPackets = 1
      return losses
    }
    func interrupt() { inner.interrupt() }
    func next() throws(CaptureError) -> CaptureOutcome {
      switch try inner.next() {
      case .frame(let frame): return .frame(frame)
      case .endOfStream:
        if let end { throw CaptureError(end, "it broke") }
        return .endOfStream
      }
    }
  }

  @Test func `failures are reported, waited for and mended without the reader seeing more than frames`() throws {
    let script = Script([
      .refuses(.unreachable), .gives(2, width: 64, then: .stalled), .refuses(.accessDenied),
      .gives(1, width: 64, then: nil), .gives(9, width: 96, then: nil),
    ])
    let source = script.source()
    #expect(source.description.kind == .live && source.description.width == 0)
    var stamps: [FrameStamp] = []
    for _ in 0..<4 {
      guard case .frame(let frame) = try source.next() else { return }
      stamps.append(frame.stamp)
    }
    #expect(stamps.map(\.index) == [0, 1, 2, 3])
    #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0.seconds < $1.seconds })
    #expect(
      script.story == [
        "connecting", "down unreachable 0.5", "connecting", "up 64", "down stalled 1.0", "connecting",
        "down refused 30.0", "connecting", "up 64", "down ended 4.0", "connecting", "up 96",
      ])
    #expect(source.description.width == 96)
    #expect(source.losses.damagedPackets == 3)
    #expect(source.reconnects == [.unreachable: 1, .stalled: 1, .refused: 1, .ended: 1])
  }

  @Test func `with a limit the last failure is thrown`() {
    let script = Script([.refuses(.unreachable), .refuses(.stalled)])
    let source = script.source { $0.retries = 1 }
    #expect(throws: CaptureError(.stalled, "cannot open it")) { _ = try source.next() }
    #expect(script.story.last == "down stalled inf")
  }

  @Test func `a first refusal is final where somebody sees it`() {
    let source = Script([.refuses(.accessDenied)]).source { $0.isUnattended = false }
    #expect(throws: CaptureError(.accessDenied, "cannot open it")) { try source.connect() }
  }

  @Test func `ten thousand attempts at a dead host change nothing`() throws {
    let script = Script(
      [Script.Opening](repeating: .refuses(.unreachable), count: 10_000) + [.gives(1, width: 64, then: nil)])
    let source = script.source()
    guard case .frame(let frame) = try source.next() else { return }
    #expect(frame.stamp.index == 0)
    #expect(source.reconnects == [.unreachable: 10_000])
    #expect(script.clock.withLock { $0 } > 9990 * 30)
  }

  @Test(.timeLimit(.minutes(30))) func `a pause is interrupted from another thread`() async {
    let (states, reported) = AsyncStream.makeStream(of: SourceState.self)
    var policy = ReconnectPolicy()
    policy.firstDelay = 3600
    policy.longestDelay = 3600
    let source = RecoveringSource(
      address: "nowhere", policy: policy,
      open: { (_) throws(CaptureError) in throw CaptureError(.unreachable, "nobody is there") },
      observe: { reported.yield($0) })
    async let outcome: CaptureError.Code? = Task.detached {
      do throws(CaptureError) { _ = try source.next() } catch { return error.code }
      return nil
    }.value
    for await state in states { if case .down = state { break } }
    source.interrupt()
    #expect(await outcome == .interrupted)
    #expect(throws: CaptureError.self) { _ = try source.next() }
  }
}
