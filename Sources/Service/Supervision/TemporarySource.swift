import Capture
import FFmpeg
import Synchronization
import Dispatch
import Scene

public enum SourceState: Sendable, Equatable {
  public struct Facts: Sendable, Equatable { public var width = 0, height = 0 }
  public enum Cause: String, Sendable { case unreachable }
  case connecting
  case up(Facts)
  case down(cause: Cause, message: String, retryIn: Double)
}
struct ReconnectPolicy: Sendable {}
final class RecoveringSource: FrameSource {
  let open: @Sendable () throws(CaptureError) -> any FrameSource
  let observe: @Sendable (SourceState) -> Void
  let current = Mutex<(any FrameSource)?>(nil)
  let wake = DispatchSemaphore(value: 0)
  let over = Mutex(false)
  init(_ name: String, policy: ReconnectPolicy, observe: @escaping @Sendable (SourceState) -> Void, open: @escaping @Sendable () throws(CaptureError) -> any FrameSource) {
    self.open = open
    self.observe = observe
  }
  var description: SourceDescription { current.withLock { $0 }!.description }
  var audio: PacketQueue? { nil }
  var losses: SourceLosses { current.withLock { $0 }?.losses ?? SourceLosses() }
  func interrupt() {
    over.withLock { $0 = true }
    current.withLock { $0 }?.interrupt()
    wake.signal()
  }
  func next() throws(CaptureError) -> CaptureOutcome {
    while true {
      if over.withLock({ $0 }) { throw CaptureError(.interrupted, "interrupted") }
      do throws(CaptureError) {
        var source = current.withLock { $0 }
        if source == nil {
          observe(.connecting)
          source = try open()
          current.withLock { $0 = source }
          observe(.up(.init()))
        }
        if case .frame(let frame) = try source!.next() { return .frame(frame) }
        throw CaptureError(.unreachable, "ended")
      } catch {
        if error.code == .interrupted { throw error }
        current.withLock { $0 = nil }
        observe(.down(cause: .unreachable, message: error.message, retryIn: 0.5))
        _ = wake.wait(timeout: .now() + 0.5)
      }
    }
  }
}
