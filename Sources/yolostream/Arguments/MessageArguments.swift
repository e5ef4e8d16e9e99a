import ArgumentParser
import FFmpeg

/// Verbosity on standard error.
struct MessageArguments: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print details and FFmpeg's warnings.")
  var verbose = false

  func validate() throws {
    guard !(quiet && verbose) else { throw ValidationError("expected one of --quiet and --verbose") }
  }

  /// Prints FFmpeg's warnings from now on, with `--verbose`.
  func begin() {
    guard verbose else { return }
    LogBridge.capture(.warning) { _, line in StandardError.say("ffmpeg: \(line)") }
  }

  /// Prints a detail, with `--verbose`.
  func detail(_ text: @autoclosure () -> String) {
    if verbose { StandardError.say(text()) }
  }
}
