/// Why a run did not come to its end.
public struct PipelineError: Error, CustomStringConvertible {
  /// What kind of end it was.
  public enum Code: Hashable, Sendable {
    /// A stage threw; `cause` is what it threw.
    case stageFailed
    /// The task that ran it was cancelled.
    case cancelled
    /// The system gave no thread for a stage.
    case noThread
  }

  /// What kind of end it was.
  public let code: Code
  /// The stage it began in; `nil` for a cancelled run.
  public let stage: String?
  /// One sentence: what was tried, what was expected, what came.
  public let description: String
  /// The error of the stage.
  public let cause: (any Error)?
  /// Errors of other stages on the way down, in the order they came.
  public var laterFailures: [PipelineError] = []

  package static func stageFailed(_ stage: String, _ cause: any Error) -> PipelineError {
    PipelineError(code: .stageFailed, stage: stage, description: "stage \(stage) failed: \(cause)", cause: cause)
  }

  static var cancelled: PipelineError {
    PipelineError(code: .cancelled, stage: nil, description: "the run was cancelled before its end", cause: nil)
  }

  static func noThread(for stage: String, status: Int32) -> PipelineError {
    PipelineError(
      code: .noThread, stage: stage,
      description: "starting a thread for stage \(stage): expected one, the system refused with error \(status)",
      cause: nil)
  }
}
