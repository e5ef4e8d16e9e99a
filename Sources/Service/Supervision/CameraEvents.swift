import Outputs
import Recording
import Scene
import Synchronization

/// The events of one camera on their way into the journal: two threads tell them, that which takes its pictures what
/// becomes of the source, and a worker what the pictures show. Where a camera is recorded, the ends of its tracks wait
/// until the files that show them are on the disk.
final class CameraEvents: Sendable {
  private struct State {
    var lines: EventLines
    /// The camera is watched no more, though a worker may still be at its last picture.
    var isOver = false
  }

  private let state: Mutex<State>
  private let recorder: CameraRecorder?
  let journal: Journal

  init(camera: String, classes: ClassCatalogue, journal: Journal, recorder: CameraRecorder? = nil) {
    state = Mutex(State(lines: EventLines(classes: classes, camera: camera, clock: .wall)))
    self.recorder = recorder
    self.journal = journal
  }

  /// Tells what happened in the next picture.
  func tell(_ findings: FrameFindings) { state.withLock { tell(&$0) { $0.occurrences(in: findings) } } }

  /// Tells that the source went down or came up at `time`, in monotonic nanoseconds.
  func tell(_ event: CameraEvent, at time: UInt64) {
    state.withLock { state in
      guard !state.isOver else { return }
      note(state.lines.next(event, at: time))
    }
  }

  /// Tells the ends of all tracks that are still open, and nothing that happens later.
  func finish() {
    state.withLock { state in
      tell(&state) { $0.finalOccurrences() }
      state.isOver = true
    }
  }

  /// Tells an end that the recorder kept back.
  func tell(_ end: EventLines.Occurrence, evidence: EventLines.Evidence) {
    state.withLock { note($0.lines.line(of: end, evidence: evidence)) }
  }

  private func tell(_ state: inout State, _ occurrences: (inout EventLines) -> [EventLines.Occurrence]) {
    guard !state.isOver else { return }
    for occurrence in occurrences(&state.lines) {
      let isTaken = recorder?.take(occurrence) ?? false
      if !isTaken || occurrence.event.kind != .end { note(state.lines.line(of: occurrence)) }
    }
  }

  /// Under the lock: lines of one camera reach the journal in the order of their numbers.
  private func note(_ line: EventLines.Line) { journal.note(line.text, kind: line.kind) }
}
