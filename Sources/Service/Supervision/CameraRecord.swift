import Capture
import Foundation
import Pipeline
import Scene
import Settings
import Streaming
import Synchronization
import Web

/// What is known of one camera, written by its threads and read by anyone.
final class CameraRecord: Sendable {
  private struct State {
    var report: CameraReport
    /// When the outage of now began; monotonic nanoseconds.
    var outSince: UInt64?
    /// When the source last gave a sign of life: a picture, or news of its state. Monotonic nanoseconds.
    var lastSign = MonotonicTime.nanoseconds
  }

  private let state: Mutex<State>
  private let events: CameraEvents

  init(_ settings: CameraSettings, events: CameraEvents) {
    state = Mutex(State(report: CameraReport(settings)))
    self.events = events
  }

  var report: CameraReport { state.withLock { $0.report } }

  /// Nanoseconds since the last sign of life.
  var silence: UInt64 {
    let now = MonotonicTime.nanoseconds
    return state.withLock { now - min($0.lastSign, now) }
  }

  /// Changes the report.
  func update(_ change: (inout CameraReport) -> Void) { state.withLock { change(&$0.report) } }

  /// A picture of `width` by `height` pixels came.
  func noteFrame(width: Int, height: Int, at now: UInt64) {
    state.withLock { state in
      state.lastSign = now
      state.report.decoded += 1
      (state.report.width, state.report.height) = (width, height)
    }
  }

  /// The source tells how it is doing. An outage is told once when it begins and once when it is over.
  func note(_ news: SourceState) {
    let now = MonotonicTime.nanoseconds
    let event = state.withLock { state -> SceneEvent? in
      state.lastSign = now
      if state.report.state != news { state.report.since = .now }
      state.report.state = news
      switch news {
      case .connecting: return nil
      case .up:
        let outage = state.outSince.map { Double(now - $0) / 1e9 }
        state.outSince = nil
        return SceneEvent(news, outage: outage, at: now)
      case .down(let cause, let message, _):
        state.report.outages[cause.rawValue, default: 0] += 1
        state.report.lastFailure = message
        let isFirst = state.outSince == nil
        state.outSince = state.outSince ?? now
        return isFirst ? SceneEvent(news, outage: nil, at: now) : nil
      }
    }
    if let event { events.publish([event]) }
    let journal = events.journal
    if journal.news.isHeard { journal.news.tell(News(name: "camera", data: report.json)) }
  }
}
