import Outputs
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
    /// The camera is watched no more, though a worker may still be at its last frame.
    var isOver = false
  }

  private let state: Mutex<State>
  private let recorder: CameraRecorder?
  let journal: Journal

  /// - Parameter objects: objects that are known from before a restart.
  init(
    camera: String, classes: ClassCatalogue, journal: Journal, recorder: CameraRecorder? = nil,
    objects: [EventStamper.OpenObject] = []
  ) {
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
        let isKept = recorder?.take(stamped) ?? false
        if !isKept || event.kind != .end { note(state.stamper.number(stamped)) }
      }
      state.isOver = isLast
    }
  }

  /// Publishes an end that the recorder kept back.
  func publish(_ end: StampedEvent, evidence: StampedEvent.Evidence) {
    state.withLock { note($0.stamper.number(end, evidence: evidence)) }
  }

  /// Under the lock: the events of one camera reach the journal in the order of their numbers.
  private func note(_ event: StampedEvent) { journal.note(event) }
}
