public import Foundation

/// A program of its own at the other end of a wire: it prints its port in its first line and ends with the test.
open class PortProcess {
  /// The process.
  public let process = Process()
  /// The port it prints.
  public let port: Int

  /// Starts Debian's Python, which has GStreamer's bindings; another one in the path need not.
  public init(python arguments: [String]) throws {
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.prefix { $0.isNumber }) else { throw POSIXError(.ECHILD) }
    self.port = port
  }

  deinit { kill() }

  /// Ends it at once, as a camera that loses its power. (A test may have SIGTERM blocked, which children inherit.)
  public func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
