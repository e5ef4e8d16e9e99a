public import Capture
public import Pipeline
import Scene
import Synchronization

/// What a run has done so far.
public struct StreamReport: Sendable {
  /// The source.
  public var source: SourceDescription
  /// What the source lost.
  public var losses: SourceLosses
  /// Frames delivered, and how old they were.
  public var frames: FrameCount
  /// What each stage did.
  public var stages: [StageMetrics]
  /// What became of each push.
  public var pushes: [StreamPush.Report]
  /// Sentences for the user: what works, but not as it should.
  public var warnings: [String]

  /// What became of each output.
  public var sinks: [SinkReport]
  /// What changed within the source, in order: sizes and rates of frames, and holes.
  public var changes = Changes()
  /// Frames of a live source that were dropped because detection was too slow.
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

  /// Frames delivered, and how old they were.
  public struct FrameCount: Hashable, Sendable {
    /// Frames delivered.
    public var count = 0
    /// Time of the first one, in seconds of the source.
    public var first: Double?
    /// Time of the last one, in seconds of the source.
    public var seconds = 0.0
    /// Age from reception to delivery.
    public var age = DurationHistogram()

    /// No frame yet.
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
