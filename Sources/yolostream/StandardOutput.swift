import Foundation
import Outputs

/// Standard output as commands print to it. `print` ignores failures such as a full disk.
enum StandardOutput {
  /// Writes what is buffered; throws if that fails.
  ///
  /// Not to be inlined: within an asynchronous function Swift 6.3.1 crashes over what this throws.
  @inline(never)
  static func flush() throws(OutputError) {
    guard fflush(nil) == 0 else { throw .writeFailed("-", errno: errno) }
  }
}
