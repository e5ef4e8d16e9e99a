import Outputs
import Publishing
import Recording
import Scene
import Streaming
import Synchronization

/// Passes the events of one camera to the journal. Two threads call it: the capture thread for the state of the source, and
/// a worker for events in frames. If the camera is recorded, ends of objects wait until their files are on the disk.
final class CameraEvents: Sendable {
  private struct State {
    var stamper: EventStamper
    /// Objects that the recorder has.
    var recorded: Set<Int> = []
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
        if !isKept || event.kind != .end { note(state.stamper.number(stamped)) }
      }
      state.isOver = isLast
    }
  }

  /// Whether the recorder receives `event`: all events of objects that appeared while recording was on.
  private func isRecorded(_ event: SceneEvent, _ state: inout State) -> Bool {
    guard recorder != nil, let object = event.object?.identity else { return false }
    switch event.kind {
    case .start:
      if switches.isOn(.record) { state.recorded.insert(object) }
      return switches.isOn(.record)
    case .end: return state.recorded.remove(object) != nil
    default: return state.recorded.contains(object)
    }
  }

  /// Publishes an end that the recorder has held, or one that an earlier run left open.
  func publish(_ end: StampedEvent, evidence: StampedEvent.Evidence?) {
    state.withLock { note($0.stamper.number(end, evidence: evidence)) }
  }

  /// Under the lock: the events of one camera reach the journal in the order of their numbers.
  private func note(_ event: StampedEvent) { journal.note(event) }
}
