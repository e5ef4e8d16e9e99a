public import Imaging
public import Scene

/// A frame as it comes from a source: what flows into the pipeline.
public struct CapturedFrame: ~Copyable, Sendable {
  /// Which frame it is and when it was taken and received.
  public var stamp: FrameStamp
  /// The frame. Nobody else sees its memory, so it may be drawn on (unless `SourceOptions.isForDrawing` is off).
  public var pixels: PixelBuffer
  /// Whether the decoder had to make up part of the frame.
  public var isDamaged: Bool
  /// Name of the file, for a frame that is one.
  public var fileName: String?

  /// A frame from its parts.
  public init(
    stamp: FrameStamp, pixels: consuming PixelBuffer, isDamaged: Bool = false, fileName: String? = nil
  ) {
    self.stamp = stamp
    self.pixels = pixels
    self.isDamaged = isDamaged
    self.fileName = fileName
  }

  /// The pixels alone, for an owner who has taken note of the rest.
  public consuming func takePixels() -> PixelBuffer { pixels }
}

/// What asking a source for a frame came to.
public enum CaptureOutcome: ~Copyable, Sendable {
  /// The next frame.
  case frame(CapturedFrame)
  /// The source has no more.
  case endOfStream
}
