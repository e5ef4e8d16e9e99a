public import FFmpeg
import Synchronization
import V4L2

/// Frames of a camera of this machine.
public final class CameraSource: FrameSource {
  /// What was agreed with the camera.
  public let description: SourceDescription
  private let flag: InterruptFlag
  private let stream: Mutex<CameraStream>
  private let counts = Mutex(SourceLosses())

  /// Opens the camera at `path`, agrees on `options.camera` and starts it.
  public init(
    path: String, options: SourceOptions = SourceOptions(), interrupt flag: InterruptFlag = InterruptFlag()
  ) throws(CaptureError) {
    let stream = try CameraStream(path: path, options: options, interrupt: flag)
    description = stream.description
    self.flag = flag
    self.stream = Mutex(stream)
  }

  /// Cameras have no audio.
  public var audio: PacketQueue? { nil }
  /// What was lost or damaged so far.
  public var losses: SourceLosses { counts.withLock { $0 } }

  /// The next frame.
  public func next() throws(CaptureError) -> CaptureOutcome {
    try stream.withLock { (stream) throws(CaptureError) -> CaptureOutcome in
      defer {
        let losses = stream.losses
        counts.withLock { $0 = losses }
      }
      return .frame(try stream.next())
    }
  }

  /// Makes a waiting `next` return with an error; from any thread.
  public func interrupt() { flag.interrupt() }
}
