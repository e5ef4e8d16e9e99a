import Outputs
import Publishing
import Recording
import Scene
import Streaming
import Synchronization

/// The events of one camera on their way into the journal. Two threads make them: the one that takes its frames what becomes
/// of the source, and a worker what the frames show. Where a camera is recorded, the ends of its objects wait until the
/// files that show them are on the disk.
final class CameraEvents: Sendable {
  private struct State {
    var stamper: EventStamper
    /// Objects that the recorder knows.
    var recorded: Set<Int> = []
    /// The camera is watched no more, though a worker may still be at its last frame.
    var isOver = false
  }

  private let state: Mutex<State>
  private let recorder: CameraRecorder?
  private let switches: CameraSwitches
  let journal: Journal

  /// - Parameter objects: objects that are known from before a restart.
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

  /// Publishes what happened; after the end of the camera nothing.
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

  /// Whether the recorder is to hear of `event`: of an object that came while recording was on, to its end.
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

  /// Publishes an end that the recorder kept back.
  func publish(_ end: StampedEvent, evidence: StampedEvent.Evidence) {
    state.withLock { note($0.stamper.number(end, evidence: evidence)) }
  }

  /// Under the lock: the events of one camera reach the journal in the order of their numbers.
  private func note(_ event: StampedEvent) { journal.note(event) }
}
