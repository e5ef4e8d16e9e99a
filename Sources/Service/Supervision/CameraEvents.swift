import Outputs
import Publishing
import Recording
import Scene
import Streaming
import Synchronization

/// Passes the events of one camera to the journal. Two threads call it: the capture thread for the state of the source, and
/// a worker for events in frames. If the camera is recorded, the recorder's thread passes on updates, with the files there are,
/// and ends of objects, which wait until their files are on the disk.
final class CameraEvents: Sendable {
  private struct State {
    var stamper: EventStamper
    /// Objects that the recorder has.
    var recorded: Set<Int> = []
    /// The same, as their latest events have them, until the recorder has published their ends.
    var newest: [Int: SceneObject] = [:]
    /// The latest time of an event, in milliseconds since 1970.
    var latest: Int64 = 0
    /// The camera is stopped, but a worker may still analyse its last frame.
    var isOver = false
  }

  private let state: Mutex<State>
  private let recorder: CameraRecorder?
  private let switches: CameraSwitches
  let journal: Journal

  /// - Parameter objects: objects from before a restart.
  init(
    camera: String, classes: ClassCatalogue, journal: Journal, recorder: CameraRecorder? = nil,
    objects: [EventStamper.OpenObject] = [], switches: CameraSwitches = CameraSwitches()
  ) {
    self.switches = switches
    state = Mutex(State(stamper: EventStamper(classes: classes, camera: camera, clock: .wall, objects: objects)))
    self.recorder = recorder
    self.journal = journal
  }

  /// Objects that have started and not ended.
  var openObjects: [EventStamper.OpenObject] { state.withLock { $0.stamper.openObjects } }

  /// Publishes events; does nothing after the end of the camera.
  func publish(_ events: [SceneEvent], isLast: Bool = false) {
    state.withLock { state in
      guard !state.isOver else { return }
      for event in events {
        let stamped = state.stamper.stamp(event)
        let isKept = isRecorded(event, &state) && (recorder?.take(stamped) ?? false)
        if isKept, let object = event.object { state.newest[object.identity] = object }
        if !isKept || (event.kind != .end && event.kind != .update) { note(stamped, &state) }
      }
      state.isOver = isLast
    }
  }

  /// Whether the recorder receives `event`: all events of objects that appeared, or began to move, while recording was on. What
  /// was there before a restart, a reload or the switch has no start here.
  private func isRecorded(_ event: SceneEvent, _ state: inout State) -> Bool {
    guard recorder != nil, let object = event.object?.identity else { return false }
    switch event.kind {
    case .start, .active:
      if switches.isOn(.record) { state.recorded.insert(object) }
      return switches.isOn(.record)
    case .end: return state.recorded.remove(object) != nil
    default: return state.recorded.contains(object)
    }
  }

  /// Publishes an update or an end that the recorder has held, or an end that an earlier run left open.
  func publish(_ event: StampedEvent, evidence: StampedEvent.Evidence?) {
    state.withLock { state in
      var event = event
      if event.event.kind == .update {
        // The recorder waits for the disk meanwhile: an update is neither before events that came since, nor takes back what they
        // state of the object.
        event.moment = max(event.moment, state.latest)
        event.event.object = event.event.object.map { state.newest[$0.identity] ?? $0 }
      } else if let object = event.event.object {
        state.newest[object.identity] = nil
      }
      note(event, evidence: evidence, &state)
    }
  }

  /// Under the lock: the events of one camera reach the journal in the order of their numbers.
  private func note(_ event: StampedEvent, evidence: StampedEvent.Evidence? = nil, _ state: inout State) {
    state.latest = max(state.latest, event.moment)
    journal.note(state.stamper.number(event, evidence: evidence))
  }
}
