import COneDNN

/// oneDNN refused an operation.
public struct OneDNNError: Error, CustomStringConvertible, Sendable {
  /// Why.
  public enum Code: Sendable {
    /// The library has no implementation for these shapes, types or layouts on this machine.
    case unimplemented
    /// Shapes, types or layouts contradict each other.
    case invalidArguments
    /// Memory ran out.
    case outOfMemory
    /// Anything else.
    case runtime
  }
  /// Why.
  public let code: Code
  /// What was tried.
  public let attempt: String

  /// One sentence: what was tried and what came.
  public var description: String {
    switch code {
    case .unimplemented: "oneDNN has no implementation of \(attempt) on this machine"
    case .invalidArguments: "oneDNN does not accept \(attempt)"
    case .outOfMemory: "memory ran out while making \(attempt)"
    case .runtime: "oneDNN failed at \(attempt)"
    }
  }
}

/// The one place where a status becomes an error.
func check(_ status: dnnl_status_t, _ attempt: @autoclosure () -> String) throws(OneDNNError) {
  switch status {
  case dnnl_success: return
  case dnnl_unimplemented: throw OneDNNError(code: .unimplemented, attempt: attempt())
  case dnnl_invalid_arguments: throw OneDNNError(code: .invalidArguments, attempt: attempt())
  case dnnl_out_of_memory: throw OneDNNError(code: .outOfMemory, attempt: attempt())
  default: throw OneDNNError(code: .runtime, attempt: attempt())
  }
}
