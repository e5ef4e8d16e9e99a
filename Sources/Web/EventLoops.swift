import Glibc
import Hummingbird
import NIOCore

/// The threads that serve callers. They start before the first camera: SwiftNIO ends the process if the system has no file
/// descriptors left for them.
package enum EventLoops {
  /// Descriptors of the loops, three each, of the socket, and of the first callers and logs.
  private static let descriptors = 4 + 3 * loops
  /// Services have few callers, so a large machine does not need a loop for each processor.
  private static let loops = min(System.coreCount, 4)

  /// Whether the loops are running. SwiftNIO takes a number of loops once.
  private static let isRunning: Bool = {
    NIOSingletons.groupLoopCountSuggestion = loops
    _ = EventLoopGroupProvider.singleton.eventLoopGroup
    return true
  }()

  /// Starts the loops. Fails with `system` where this process may not open as many files as it needs.
  package static func start() throws(WebError) {
    var held: [Int32] = []
    defer { for descriptor in held { close(descriptor) } }
    while held.count < descriptors + 4 {
      let descriptor = dup(STDERR_FILENO)
      guard descriptor >= 0 else {
        guard errno == EMFILE || errno == ENFILE else { break }
        throw WebError(
          .system,
          "cannot start the web server: expected room for \(descriptors + 4) more open files, got \(held.count); "
            + "raise the limit (ulimit -n, LimitNOFILE)")
      }
      held.append(descriptor)
    }
    for descriptor in held { close(descriptor) }
    held = []
    _ = isRunning
  }
}
