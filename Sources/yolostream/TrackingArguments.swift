import ArgumentParser
import Scene
import Tracking

/// How objects are followed.
struct TrackingArguments: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Follow objects from frame to frame.")
  var track = true

  @Option(help: bufferHelp, transform: Seconds.read)
  var trackBuffer = Seconds(TrackerConfiguration().buffer)

  static let bufferHelp = ArgumentHelp(
    "How long an object may be out of sight and keep its identity.", valueName: "time")

  /// The tracker for detections that are shown from `confidence` on; `nil` for none.
  func configuration(confidence: Float) -> TrackerConfiguration? {
    guard track else { return nil }
    var configuration = TrackerConfiguration()
    configuration.buffer = trackBuffer.value
    // What the user does not want to see must not start a track; it may continue one.
    configuration.highScore = max(configuration.highScore, confidence)
    return configuration
  }
}
