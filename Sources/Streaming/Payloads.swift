import Capture
import Imaging
import Scene

/// A frame and what it shows. Each edge of the graph has a payload of its own, so the compiler checks the order of the
/// stages; pixels move along and are never copied between them.
struct DetectedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  var detections: [Detection]
}
