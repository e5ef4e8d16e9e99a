/// Why a run ended early.
package struct PipelineError: Error, CustomStringConvertible {
  /// Kinds of ends.
  package enum Code: Hashable, Sendable {
    /// A stage threw `cause`.
    case stageFailed
    /// Its task was cancelled.
    case cancelled
    /// A thread for a stage could not be created.
    case noThread
  }

  /// The kind of end.
  package let code: Code
  /// The stage that failed; `nil` for a cancelled run.
  package let stage: String?
  /// One sentence: what was tried, what was expected, what happened.
  package let description: String
  /// The error of the stage.
  package let cause: (any Error)?
  /// Errors of other stages while the run ended, in order.
  package var laterFailures: [PipelineError] = []

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
