import FFmpeg
import Imaging
import Outputs
import Scene

/// A playlist of a video that has an end: nothing is left out, and a failure ends the run, as with any file.
final class PlaylistSink: AnnotatedWriter {
  private let address: PushAddress
  private let settings: PushWriter.Settings
  private var writer: PushWriter?

  init(_ address: PushAddress, settings: PushWriter.Settings) {
    self.address = address
    self.settings = settings
  }

  func write(_ pixels: borrowing PixelBuffer, _ findings: FrameFindings) throws(OutputError) {
    // Taken out meanwhile: after a failure it is of no more use.
    var current =
      if let writer = writer.take() { writer } else {
        try PushWriter(address, settings: settings, layout: pixels.layout, interrupt: InterruptFlag())
      }
    try current.write(pixels, at: findings.stamp.seconds)
    writer = consume current
  }

  func finish() throws(OutputError) { if let writer = writer.take() { try writer.finish() } }
}
