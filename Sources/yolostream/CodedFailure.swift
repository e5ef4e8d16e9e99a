#if Full
import Evaluation
import Training
#endif

/// An error with an exit code of its own: those of parts that a build can leave out.
protocol CodedFailure: Error {
  var status: Int32 { get }
}

#if Full
extension EvaluationError: CodedFailure {
  var status: Int32 {
    switch code {
    case .malformed, .mismatched: 65
    case .missing, .unreadable: 66
    case .unwritable: 73
    }
  }
}

extension TrainingError: CodedFailure {
  var status: Int32 {
    switch code {
    case .unusableNetwork: 64
    case .unusableData: 65
    case .unusableCheckpoint: 78
    case .cannotWrite: 73
    case .diverged, .compute: 70
    }
  }
}
#endif
