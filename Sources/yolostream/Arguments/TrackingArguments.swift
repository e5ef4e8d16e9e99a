import ArgumentParser
import Scene
import Tracking

/// Tracking options.
struct TrackingArguments: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Track objects from frame to frame.")
  var track = true

  @Option(help: bufferHelp, transform: Seconds.read)
  var trackBuffer = Seconds(TrackerConfiguration().buffer)

  static let bufferHelp = ArgumentHelp(
    "Time that an object can be out of sight without losing its identity.", valueName: "time")

  /// The tracker for detections shown above `confidence`; `nil` for none.
  func configuration(confidence: Float) -> TrackerConfiguration? {
    guard track else { return nil }
    var configuration = TrackerConfiguration()
    configuration.buffer = trackBuffer.value
    // Detections below the display threshold must not start a track, but can continue one.
    configuration.highScore = max(configuration.highScore, confidence)
    return configuration
  }
}
