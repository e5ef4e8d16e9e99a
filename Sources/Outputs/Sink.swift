package import Imaging
package import Scene

/// One place that results go to: a file, a folder, a stream, a process.
///
/// A sink is made, called and ended on a thread of its own, one call at a time, in order; it may block. What it cannot take
/// in time waits in its queue or is dropped and counted there, so a slow sink holds up nobody.
package protocol Sink: ~Copyable {
  /// Takes the next frame.
  mutating func take(_ frame: SinkFrame) throws(OutputError)
  /// Takes the next event.
  mutating func take(_ event: StampedEvent) throws(OutputError)
  /// Ends the output: all that was taken is written when this returns. Called once, after the last frame and event.
  mutating func finish() throws(OutputError)
}

extension Sink where Self: ~Copyable {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) {}
  package mutating func take(_ event: StampedEvent) throws(OutputError) {}
  package mutating func finish() throws(OutputError) {}
}

/// A frame on its way to the sinks. A small value: pixels are shared, not copied.
package struct SinkFrame: Sendable {
  /// What it shows.
  package let findings: FrameFindings
  /// Its pixels, for sinks whose kind asks for them.
  package let pixels: SharedPixels?

  package init(findings: FrameFindings, pixels: SharedPixels?) {
    self.findings = findings
    self.pixels = pixels
  }
}

/// Pixels that several sinks read at the same time.
package final class SharedPixels: Sendable {
  package let buffer: PixelBuffer
  /// Whether the one sink that gets them may draw on them; otherwise it draws on a copy.
  package let mayBeDrawnOn: Bool

  package init(_ buffer: consuming PixelBuffer, mayBeDrawnOn: Bool) {
    self.buffer = buffer
    self.mayBeDrawnOn = mayBeDrawnOn
  }
}
