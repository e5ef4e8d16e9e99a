import Capture
import Imaging
import Outputs
import Scene

// A frame and what it shows. Each edge of the graph has a payload of its own, so the compiler checks the order of the
// stages; pixels move along and are never copied between them.

/// What the network sees in a frame.
struct DetectedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  var detections: [Detection]
}

/// What is to be told and drawn of a frame.
struct TrackedFrame: ~Copyable, Sendable {
  var captured: CapturedFrame
  var findings: FrameFindings
}
