import Outputs
import Scene
import Synchronization

/// Counts what is found in one input.
final class FileTally: Sendable {
  private struct State {
    var tracks: [Int: Set<Int>] = [:]
    var frames: [Int: Int] = [:]
  }

  private let state = Mutex(State())

  /// An output that counts.
  var request: SinkRequest {
    SinkRequest(
      SinkKind("tally", "Counts what was found.", target: "none", needs: .frames) { _, _ throws(OutputError) in
        TallySink(tally: self)
      }, target: "")
  }

  func note(_ findings: FrameFindings) {
    state.withLock { state in
      for classID in Set(findings.detections.map(\.classID)) { state.frames[classID, default: 0] += 1 }
      for (detection, identity) in zip(findings.detections, findings.identities) {
        if let identity { state.tracks[detection.classID, default: []].insert(identity) }
      }
    }
  }

  /// What was found, by name of the class.
  func found(_ classes: ClassCatalogue) -> [String: FileRecord.ClassCount] {
    state.withLock { state in
      var found: [String: FileRecord.ClassCount] = [:]
      for (classID, count) in state.frames {
        found[classes[classID], default: .init()].frames += count
        found[classes[classID], default: .init()].tracks += state.tracks[classID]?.count ?? 0
      }
      return found
    }
  }
}

private struct TallySink: Sink {
  let tally: FileTally

  func take(_ frame: SinkFrame) { tally.note(frame.findings) }
}
