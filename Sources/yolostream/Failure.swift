import ArgumentParser
import Batch
import Capture
import Foundation
import GELAN
import Inference
import ModelStore
import Outputs
import Pipeline
import Settings

/// Reports an error in one sentence on standard error, and maps it to an exit code of `sysexits.h`.
enum Failure {
  /// Prints the sentence; returns the error with which the argument parser exits.
  static func report(_ error: any Error) -> any Error {
    // The parser throws help as an error, too.
    if error is ExitCode || YoloStream.exitCode(for: error) == .success { return error }
    let cause = (error as? PipelineError)?.cause ?? error
    // The reader of the output closed it, as `head` does.
    if (cause as? OutputError)?.code == .readerGone { return ExitCode(128 + SIGPIPE) }
    StandardError.say("\(sentence(cause))", mark: .red)
    return ExitCode(status(of: cause))
  }

  /// The message of an error. Foundation's errors print codes; their localised description is a sentence.
  private static func sentence(_ error: any Error) -> String {
    switch error {
    case let error as CocoaError: (error.filePath.map { "\($0): " } ?? "") + error.localizedDescription
    case let error as CaptureError where error.code == .accessDenied && error.description.contains("401"):
      error.description
        + (error.description.contains("***@")
          ? "; the camera refuses this name and password"
          : "; name and password belong in the address: rtsp://NAME:PASSWORD@HOST/…")
    default: "\(error)"
    }
  }

  /// The exit code of an error.
  static func status(of error: any Error) -> Int32 {
    switch error {
    case is ValidationError: 64
    case let error as PipelineError where error.code == .noThread: 71
    case is AddressSpace.Shortage: 71
    case let error as CaptureError: status(of: error.code)
    case let error as BatchError: status(of: error.code)
    case let error as ConfigurationError: status(of: error.code)
    case let error as ModelError: error.code == .unwritable ? 73 : 78
    case let error as ModelStoreError: status(of: error.code)
    case let error as InferenceError: status(of: error.code)
    case let error as OutputError: error.code == .cannotCreate ? 73 : 74
    case let error as any CodedFailure: error.status
    default: 70
    }
  }

  private static func status(of code: CaptureError.Code) -> Int32 {
    switch code {
    case .invalidAddress: 64
    case .notFound: 66
    case .accessDenied: 77
    case .unreachable, .stalled, .busy: 69
    case .interrupted: 130
    case .invalidMedia, .unsupported: 65
    case .inputOutput: 74
    case .internalError: 70
    }
  }

  private static func status(of code: ConfigurationError.Code) -> Int32 {
    switch code {
    case .unreadable: 66
    case .exhausted: 71
    case .invalid: 78
    }
  }

  private static func status(of code: InferenceError.Code) -> Int32 {
    switch code {
    case .weights, .precision: 78
    case .threads, .size, .threshold, .instructions: 64
    case .engine: 70
    }
  }

  private static func status(of code: ModelStoreError.Code) -> Int32 {
    switch code {
    case .notFound: 66
    case .unreachable: 69
    case .unwritable: 73
    case .accessDenied: 77
    case .damaged: 78
    case .unreadable: 74
    }
  }

  private static func status(of code: BatchError.Code) -> Int32 {
    switch code {
    case .usage: 64
    case .damaged, .unsuitable: 65
    case .notFound: 66
    case .cannotCreate: 73
    case .inputOutput: 74
    }
  }
}
