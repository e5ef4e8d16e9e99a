import Capture
import Scene

// Each edge of the graph has a payload of its own, so the compiler checks the order of the stages; pixels move along and
// are never copied between them.

/// A frame before the network.
struct GatedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  /// Whether the network has to run on it.
  var needsDetection: Bool
  /// What it shows, where that is known without the network.
  var known: [Detection]?
}

/// A frame after the network.
struct DetectedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  /// What the network found; `nil` if it did not run.
  var detections: [Detection]?
}
