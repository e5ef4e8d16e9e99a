import FFmpeg
import Imaging
import Outputs
import Scene

/// Writes annotated frames.
protocol AnnotatedWriter: AnyObject {
  /// Writes the next frame, with the primaries and the transfer characteristics of its source.
  func write(
    _ pixels: borrowing PixelBuffer, _ findings: FrameFindings, _ colours: ColourMetadata
  ) throws(OutputError)
  /// Ends the output.
  func finish() throws(OutputError)
}

/// Draws detections and tracks on each frame and passes it to a writer.
final class AnnotatedSink: Sink {
  private let classes: ClassCatalogue
  private let style: OverlayStyle
  private let writer: any AnnotatedWriter
  private let warn: (String) -> Void
  private var overlay: Overlay?
  private var pool: PixelPool?
  /// Figures shown next to zones and lines.
  private var figures = MarkFigures()

  /// - Parameter warn: called with a sentence for the user.
  init(
    _ writer: any AnnotatedWriter, classes: ClassCatalogue, style: OverlayStyle, warn: @escaping (String) -> Void
  ) {
    self.writer = writer
    self.classes = classes
    self.style = style
    self.warn = warn
  }

  func take(_ frame: SinkFrame) throws(OutputError) {
    guard let pixels = frame.pixels else { return }
    // A copy does not have them.
    let colours = pixels.buffer.colourMetadata
    if pixels.mayBeDrawnOn {
      try draw(frame.findings, on: pixels.buffer)
      try writer.write(pixels.buffer, frame.findings, colours)
    } else if let copy = try copy(of: pixels.buffer) {
      try draw(frame.findings, on: copy)
      try writer.write(copy, frame.findings, colours)
    }
  }

  func take(_ event: StampedEvent) { figures.note(event.event) }

  func finish() throws(OutputError) { try writer.finish() }

  private func draw(_ findings: FrameFindings, on pixels: borrowing PixelBuffer) throws(OutputError) {
    do throws(ImagingError) {
      if overlay?.layout != pixels.layout {
        let fresh = try Overlay(layout: pixels.layout, classes: classes, style: style)
        if let warning = fresh.warning { warn(warning) }
        overlay = consume fresh
      }
      try overlay?.draw(
        tracks: findings.visibleTracks, untracked: findings.untracked, speeds: findings.speeds, figures: figures,
        on: pixels, at: findings.stamp.seconds)
    } catch {
      throw OutputError(.writeFailed, "cannot draw on a frame: \(error)")
    }
  }

  /// A copy to draw on, if other sinks read the frame, too.
  private func copy(of pixels: borrowing PixelBuffer) throws(OutputError) -> PixelBuffer? {
    do throws(ImagingError) {
      let layout = pixels.layout
      let fitting = if let pool, pool.layout == layout { pool } else { try PixelPool(layout: layout, capacity: 2) }
      pool = fitting
      return try fitting.copy(of: pixels)
    } catch {
      throw OutputError(.writeFailed, "cannot draw on a frame: \(error)")
    }
  }
}
