import Capture
import Scene

// Each edge of the graph has its own payload type, so the compiler checks the order of the stages. Pixels are moved
// along and never copied between stages.

/// A frame before the network.
struct GatedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  /// Whether the network must run on it.
  var needsDetection: Bool
  /// What it shows, where that is known without the network.
  var known: [Detection]?
}

/// A frame after the network.
struct DetectedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  /// Detections; `nil` if the network did not run.
  var detections: [Detection]?
}
