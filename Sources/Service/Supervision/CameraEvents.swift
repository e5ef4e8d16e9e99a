import Outputs
import Scene
import Synchronization

/// The events of one camera on their way into the journal: two threads tell them, that which takes its pictures what
/// becomes of the source, and a worker what the pictures show.
final class CameraEvents: Sendable {
  /// `nil` when the camera is watched no more: a worker may still be at its last picture.
  private let lines: Mutex<EventLines?>
  let journal: Journal

  init(camera: String, classes: ClassCatalogue, journal: Journal) {
    lines = Mutex(EventLines(classes: classes, camera: camera, clock: .wall))
    self.journal = journal
  }

  /// Tells what happened in the next picture.
  func tell(_ findings: FrameFindings) { tell { $0.next(findings) } }

  /// Tells that the source went down or came up at `time`, in monotonic nanoseconds.
  func tell(_ event: CameraEvent, at time: UInt64) { tell { [$0.next(event, at: time)] } }

  /// Tells the ends of all tracks that are still open.
  func finish() {
    tell { $0.finish() }
    lines.withLock { $0 = nil }
  }

  /// Lines of one camera reach the journal in the order of their numbers.
  private func tell(_ make: (inout EventLines) -> [EventLines.Line]) {
    lines.withLock { lines in
      guard var open = lines else { return }
      for line in make(&open) { journal.note(line.text, kind: line.kind) }
      lines = open
    }
  }
}
