import FFmpeg
import Imaging
import Outputs
import Scene

/// Writes an HLS playlist of a finite source: all frames are kept, and a failure ends the run, as with a file.
final class PlaylistSink: AnnotatedWriter {
  private let address: PushAddress
  private let settings: PushWriter.Settings
  private var writer: PushWriter?

  init(_ address: PushAddress, settings: PushWriter.Settings) {
    self.address = address
    self.settings = settings
  }

  func write(
    _ pixels: borrowing PixelBuffer, _ findings: FrameFindings, _ colours: ColourMetadata
  ) throws(OutputError) {
    // Taken out meanwhile, because it cannot be used after a failure.
    var current =
      if let writer = writer.take() { writer } else {
        try PushWriter(
          address, settings: settings, layout: pixels.layout, colours: colours, interrupt: InterruptFlag())
      }
    try current.write(pixels, at: findings.stamp.seconds)
    writer = consume current
  }

  func finish() throws(OutputError) { if let writer = writer.take() { try writer.finish() } }
}
