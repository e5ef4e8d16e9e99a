package import Capture
package import Pipeline
import Scene
import Synchronization

/// Progress and results of a run.
package struct StreamReport: Sendable {
  /// The source.
  package var source: SourceDescription
  /// Losses of the source.
  package var losses: SourceLosses
  /// Frames delivered to the sinks, and their age.
  package var frames: FrameCount
  /// Metrics of each stage.
  package var stages: [StageMetrics]
  /// State of each receiver.
  package var pushes: [StreamPush.Report]
  /// Sentences for the user about what does not work as intended.
  package var warnings: [String]

  /// Counts and failures of each output.
  package var sinks: [SinkReport]
  /// What changed within the source, in order: sizes and rates of frames, and holes.
  package var changes = Changes()
  /// Frames of a live source dropped because detection was too slow.
  package var droppedCount: Int

  /// Changes within a source.
  package struct Changes: Hashable, Sendable {
    /// How often the size of frames, and their rate, changed.
    package var sizeCount = 0, rateCount = 0
    /// Frames that are missing in holes.
    package var missingFrames = 0
    /// A sentence each; the first hundred.
    package var sentences: [String] = []

    /// None.
    package init() {}
  }

  /// Frames delivered to the sinks, and their age.
  package struct FrameCount: Hashable, Sendable {
    /// Number of frames.
    package var count = 0
    /// Presentation time of the first one, in seconds of the source.
    package var first: Double?
    /// Presentation time of the last one, in seconds of the source.
    package var seconds = 0.0
    /// Time from reception to delivery.
    package var age = DurationHistogram()

    /// No frames yet.
    package init() {}
  }
}

final class FrameRecorder: Sendable {
  private let state = Mutex(StreamReport.FrameCount())
  private let sentences = Mutex<[String]>([])
  private let watch = Mutex(FrameChanges())

  /// Takes what the next frame shows.
  func note(_ findings: FrameFindings) { watch.withLock { $0.note(findings) } }

  var changes: StreamReport.Changes {
    watch.withLock { watch in
      var changes = StreamReport.Changes()
      changes.sizeCount = watch.sizeChangeCount
      changes.rateCount = watch.rateChangeCount
      changes.missingFrames = watch.missingCount
      changes.sentences = watch.sentences
      return changes
    }
  }

  func record(age: UInt64, seconds: Double) {
    state.withLock { state in
      state.count += 1
      if state.first == nil { state.first = seconds }
      state.seconds = seconds
      state.age.record(nanoseconds: age)
    }
  }

  func warn(_ sentence: String) { sentences.withLock { if !$0.contains(sentence) { $0.append(sentence) } } }

  var warnings: [String] { sentences.withLock { $0 } }
  var snapshot: StreamReport.FrameCount { state.withLock { $0 } }
}
