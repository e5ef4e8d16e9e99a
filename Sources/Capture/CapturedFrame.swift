public import Imaging
public import Scene

/// A frame of a source, the input of the pipeline.
public struct CapturedFrame: ~Copyable, Sendable {
  /// Index and times.
  public var stamp: FrameStamp
  /// The pixels. No one else reads this memory, so it can be drawn on (unless `SourceOptions.isForDrawing` is off).
  public var pixels: PixelBuffer
  /// Whether the decoder concealed errors in part of the frame.
  public var isDamaged: Bool
  /// Name of the file, if the frame is a still image.
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

  /// Takes the pixels out of the frame.
  public consuming func takePixels() -> PixelBuffer { pixels }
}

/// The result of reading from a source.
public enum CaptureOutcome: ~Copyable, Sendable {
  /// The next frame.
  case frame(CapturedFrame)
  /// There are no more frames.
  case endOfStream
}
