public import Capture
public import Pipeline
import Scene
import Synchronization

/// Progress and results of a run.
public struct StreamReport: Sendable {
  /// The source.
  public var source: SourceDescription
  /// Losses of the source.
  public var losses: SourceLosses
  /// Frames delivered to the sinks, and their age.
  public var frames: FrameCount
  /// Metrics of each stage.
  public var stages: [StageMetrics]
  /// State of each receiver.
  public var pushes: [StreamPush.Report]
  /// Sentences for the user about what does not work as intended.
  public var warnings: [String]

  /// Counts and failures of each output.
  public var sinks: [SinkReport]
  /// What changed within the source, in order: sizes and rates of frames, and holes.
  public var changes = Changes()
  /// Frames of a live source dropped because detection was too slow.
  public var droppedCount: Int

  /// Changes within a source.
  public struct Changes: Hashable, Sendable {
    /// How often the size of frames, and their rate, changed.
    public var sizeCount = 0, rateCount = 0
    /// Frames that are missing in holes.
    public var missingFrames = 0
    /// A sentence each; the first hundred.
    public var sentences: [String] = []

    /// None.
    public init() {}
  }

  /// Frames delivered to the sinks, and their age.
  public struct FrameCount: Hashable, Sendable {
    /// Number of frames.
    public var count = 0
    /// Presentation time of the first one, in seconds of the source.
    public var first: Double?
    /// Presentation time of the last one, in seconds of the source.
    public var seconds = 0.0
    /// Time from reception to delivery.
    public var age = DurationHistogram()

    /// No frames yet.
    public init() {}
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
