import Capture
import Foundation
import JSON
import Outputs
import Pipeline
import Scene
import Settings
import Streaming
import Synchronization
import Web

/// The report of one camera, written by its threads and read by any thread.
final class CameraRecord: Sendable {
  private struct State {
    var report: CameraReport
    /// Start of the present outage in monotonic nanoseconds.
    var outSince: UInt64?
    /// When the source last delivered a frame or a change of state, in monotonic nanoseconds.
    var lastSign = MonotonicTime.nanoseconds
  }

  private let state: Mutex<State>
  private let events: CameraEvents
  private let inputs: @Sendable () -> [InputReport]

  /// - Parameters:
  ///   - video: what viewers get as HLS.
  ///   - inputs: how streams are doing that are not decoded.
  init(
    _ settings: CameraSettings, events: CameraEvents, video: CameraReport.LiveVideo,
    inputs: @escaping @Sendable () -> [InputReport]
  ) {
    state = Mutex(State(report: CameraReport(settings, video: video)))
    self.events = events
    self.inputs = inputs
  }

  var report: CameraReport {
    var report = state.withLock { $0.report }
    report.inputs = inputs()
    return report
  }

  /// Nanoseconds since the last sign of life.
  var silence: UInt64 {
    let now = MonotonicTime.nanoseconds
    return state.withLock { now - min($0.lastSign, now) }
  }

  /// Whether frames have stopped and not come back.
  var isOut: Bool { state.withLock { $0.outSince != nil } }

  /// Changes the report.
  func update(_ change: (inout CameraReport) -> Void) { state.withLock { change(&$0.report) } }

  /// A frame of `width` by `height` pixels arrived.
  func noteFrame(width: Int, height: Int, at now: UInt64) {
    state.withLock { state in
      state.lastSign = now
      state.report.decoded += 1
      (state.report.width, state.report.height) = (width, height)
    }
  }

  /// Takes a change of the source's state. An outage is published once at its start and once at its end.
  func note(_ change: SourceState) {
    let now = MonotonicTime.nanoseconds
    let event = state.withLock { state -> SceneEvent? in
      state.lastSign = now
      if state.report.state != change { state.report.since = .now }
      state.report.state = change
      switch change {
      case .connecting: return nil
      case .up:
        let outage = state.outSince.map { Double(now - $0) / 1e9 }
        state.outSince = nil
        state.report.outage = nil
        return SceneEvent(change, outage: outage, at: now)
      case .down(let cause, let message, _):
        state.report.outages[cause.rawValue, default: 0] += 1
        state.report.lastFailure = message
        state.report.outage = (state.report.outage?.began ?? .now, cause)
        let isFirst = state.outSince == nil
        state.outSince = state.outSince ?? now
        return isFirst ? SceneEvent(change, outage: nil, at: now) : nil
      }
    }
    let journal = events.journal
    if let line = LogLine(change, of: report.name, event) { journal.log(line) }
    if let event { events.publish([event]) }
    if journal.updates.hasListeners { journal.updates.send(ServerSentEvent(name: "camera", data: report.json)) }
  }
}

extension LogLine {
  /// The line for a `change` of `camera`. `event` is its event; without one an outage continues.
  fileprivate init?(_ change: SourceState, of camera: String, _ event: SceneEvent?) {
    switch (change, event?.kind) {
    case (.down(let cause, let message, let pause), _):
      let next = pause.isFinite ? "next attempt in \(pause.json(places: 1)) s" : "no further attempt"
      self.init(event == nil ? .debug : .warning, camera: camera, "offline (\(cause.rawValue)): \(message); \(next)")
    case (_, .cameraUp(let facts)):
      let form = [facts.codec, facts.rate.map { "\($0.json(places: 2)) frames/s" }].compactMap(\.self)
      let outage = facts.outage.map { ", after \($0.json(places: 0)) s" } ?? ""
      self.init(
        .info, camera: camera,
        (["online, \(facts.width)x\(facts.height)"] + form).joined(separator: ", ") + outage)
    default: return nil
    }
  }
}
