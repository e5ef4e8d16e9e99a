package import Streaming

/// How a batch is doing.
package struct BatchReport: Sendable {
  /// An input without a result.
  package struct Failure: Sendable {
    package let path: String
    /// Why, in one sentence.
    package let reason: String
    /// The error, for the exit code of a batch that came to nothing.
    package let error: any Error
  }

  /// An input that is being worked on.
  package struct Running: Sendable {
    package let path: String
    package let bytes: Int
    package let report: StreamReport
    /// Frames that will be read, if that is known.
    package let frameCount: Int?
  }

  /// Inputs in all.
  package var total: Int
  /// Bytes of all inputs, and of those that are over.
  package var bytes = 0
  package var bytesDone = 0
  /// Bytes of the inputs that were finished before.
  package var bytesSkipped = 0
  /// What was finished now.
  package var finished: [FileRecord] = []
  /// What was finished before.
  package var skipped: [FileRecord] = []
  /// What failed.
  package var failures: [Failure] = []
  /// What is being worked on.
  package var running: [Running] = []

  /// Frames inferred so far, in all inputs of now.
  package var frames: Int {
    finished.reduce(0) { $0 + $1.frames } + running.reduce(0) { $0 + $1.report.frames.count }
  }

  /// Inputs that are over, one way or another.
  package var overCount: Int { finished.count + skipped.count + failures.count }

  /// Inputs with results that were not as they should be.
  package var damaged: [FileRecord] { (skipped + finished).filter { !$0.damage.isEmpty } }

  /// What was found in all of them, by name of the class.
  package var found: [String: FileRecord.ClassCount] {
    (skipped + finished).reduce(into: [:]) { sum, record in
      for (name, count) in record.found {
        sum[name, default: .init()].tracks += count.tracks
        sum[name, default: .init()].frames += count.frames
      }
    }
  }
}

/// What happens while a batch runs.
package enum BatchChange: Sendable {
  case finished(FileRecord)
  case failed(BatchReport.Failure)
  /// Results are made again, for this reason.
  case repeated(path: String, reason: String)
  /// A sentence worth reading.
  case remark(String)
}
