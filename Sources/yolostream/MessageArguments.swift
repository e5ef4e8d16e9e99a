import ArgumentParser
import FFmpeg

/// How much is printed on standard error.
struct MessageArguments: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print what is used as well, and what FFmpeg warns of.")
  var verbose = false

  func validate() throws {
    guard !(quiet && verbose) else { throw ValidationError("expected one of --quiet and --verbose") }
  }

  /// Prints FFmpeg's warnings from now on, if they are wanted.
  func begin() {
    guard verbose else { return }
    LogBridge.capture(.warning) { _, line in StandardError.say("ffmpeg: \(line)") }
  }

  /// Prints what only some want to know.
  func detail(_ text: @autoclosure () -> String) {
    if verbose { StandardError.say(text()) }
  }
}
