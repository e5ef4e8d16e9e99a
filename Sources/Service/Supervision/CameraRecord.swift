import Capture
import Foundation
import Outputs
import Pipeline
import Synchronization

/// What is known of one camera, written by its threads and read by anyone.
final class CameraRecord: Sendable {
  private struct State {
    var report: CameraReport
    var isOut = false
    /// When the source last gave a sign of life: a picture, or news of its state. Monotonic nanoseconds.
    var lastSign = MonotonicTime.nanoseconds
  }

  private let state: Mutex<State>
  private let journal: Journal

  init(_ settings: CameraSettings, journal: Journal) {
    state = Mutex(State(report: CameraReport(settings)))
    self.journal = journal
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
    let event: (kind: String, more: String)? = state.withLock { state in
      state.lastSign = now
      if state.report.state != news { state.report.since = .now }
      state.report.state = news
      switch news {
      case .connecting: return nil
      case .up:
        defer { state.isOut = false }
        return state.isOut ? ("camera_up", "") : nil
      case .down(let cause, let message, _):
        state.report.outages[cause.rawValue, default: 0] += 1
        state.report.lastFailure = message
        defer { state.isOut = true }
        return state.isOut ? nil : ("camera_down", ",\"cause\":\(cause.rawValue.json),\"message\":\(message.json)")
      }
    }
    if let event {
      let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
      let line =
        "{\"v\":1,\"type\":\"\(event.kind)\",\"camera\":\(report.name.json),\"ts\":\"\(time)\",\"ts_src\":\"wall\""
        + "\(event.more)}\n"
      journal.note(line, kind: event.kind)
    }
    if journal.news.isHeard { journal.news.tell(News(name: "camera", data: report.json)) }
  }
}
