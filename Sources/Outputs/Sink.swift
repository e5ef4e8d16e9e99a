package import Imaging
package import Scene

/// A destination of results: a file, a folder, a stream, a process.
///
/// The host creates, calls and ends a sink on its own thread, one call at a time, in order. A sink may block: values
/// wait in a bounded queue or are dropped and counted, so a slow sink delays nothing else.
package protocol Sink: ~Copyable {
  /// Takes the next frame.
  mutating func take(_ frame: SinkFrame) throws(OutputError)
  /// Takes the next event.
  mutating func take(_ event: StampedEvent) throws(OutputError)
  /// Ends the output: everything taken is written on return. Called once, after the last frame and event.
  mutating func finish() throws(OutputError)
}

extension Sink where Self: ~Copyable {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) {}
  package mutating func take(_ event: StampedEvent) throws(OutputError) {}
  package mutating func finish() throws(OutputError) {}
}

/// A frame for sinks. A small value: pixels are shared, not copied.
package struct SinkFrame: Sendable {
  /// Detections and tracks.
  package let findings: FrameFindings
  /// Its pixels, for sinks whose kind needs them.
  package let pixels: SharedPixels?
  /// Objects in the frame and in each zone, by class; classes that are not there are left out.
  package let counts: [ZoneCount]

  package init(findings: FrameFindings, pixels: SharedPixels?, counts: [ZoneCount] = []) {
    self.findings = findings
    self.pixels = pixels
    self.counts = counts
  }
}

/// Pixels that several sinks read concurrently.
package final class SharedPixels: Sendable {
  package let buffer: PixelBuffer
  /// Whether the single sink that gets them can draw on them; otherwise it draws on a copy.
  package let mayBeDrawnOn: Bool

  package init(_ buffer: consuming PixelBuffer, mayBeDrawnOn: Bool) {
    self.buffer = buffer
    self.mayBeDrawnOn = mayBeDrawnOn
  }
}
