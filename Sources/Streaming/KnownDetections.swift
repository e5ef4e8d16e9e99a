package import Imaging
package import Scene

/// Detections of a source's frames from an earlier run.
package protocol KnownDetections: Sendable {
  /// What the frame shows, as the network would find it; `nil` if that is not known. Called once for each frame, in order.
  func detections(of frame: borrowing PixelBuffer) throws -> [Detection]?
}
