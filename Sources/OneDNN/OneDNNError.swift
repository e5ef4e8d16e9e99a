import COneDNN

/// An error of oneDNN.
package struct OneDNNError: Error, CustomStringConvertible, Sendable {
  /// Kinds of failures.
  package enum Code: Sendable {
    /// The library has no implementation for these shapes, types or layouts on this machine.
    case unimplemented
    /// Shapes, types or layouts are inconsistent.
    case invalidArguments
    /// Memory ran out.
    case outOfMemory
    /// Anything else.
    case runtime
  }
  /// The kind of failure.
  package let code: Code
  /// What was tried, as a noun phrase.
  package let attempt: String

  /// One sentence: what was tried and what failed.
  package var description: String {
    switch code {
    case .unimplemented: "oneDNN has no implementation of \(attempt) on this machine"
    case .invalidArguments: "oneDNN does not accept \(attempt)"
    case .outOfMemory: "memory ran out while making \(attempt)"
    case .runtime: "oneDNN failed at \(attempt)"
    }
  }
}

/// Converts a status to an error.
func check(_ status: dnnl_status_t, _ attempt: @autoclosure () -> String) throws(OneDNNError) {
  switch status {
  case dnnl_success: return
  case dnnl_unimplemented: throw OneDNNError(code: .unimplemented, attempt: attempt())
  case dnnl_invalid_arguments: throw OneDNNError(code: .invalidArguments, attempt: attempt())
  case dnnl_out_of_memory: throw OneDNNError(code: .outOfMemory, attempt: attempt())
  default: throw OneDNNError(code: .runtime, attempt: attempt())
  }
}
