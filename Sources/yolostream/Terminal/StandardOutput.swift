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

  /// Prints `text`, which may be long. The C library writes what exceeds its buffer (4096 bytes) without keeping it, so `flush`
  /// would not see a failure of one large `print`.
  static func write(_ text: String) throws(OutputError) {
    var rest = text[...]
    while !rest.isEmpty {
      print(rest.prefix(1000), terminator: "")
      rest = rest.dropFirst(1000)
      try flush()
    }
  }
}
