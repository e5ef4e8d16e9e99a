package import FFmpeg
import Synchronization
import V4L2

/// Frames of a local camera.
package final class CameraSource: FrameSource {
  /// The negotiated format.
  package let description: SourceDescription
  private let flag: InterruptFlag
  private let stream: Mutex<CameraStream>
  private let counts = Mutex(SourceLosses())

  /// Opens the camera at `path`, negotiates `options.camera` and starts it.
  package init(
    path: String, options: SourceOptions = SourceOptions(), interrupt flag: InterruptFlag = InterruptFlag()
  ) throws(CaptureError) {
    let stream = try CameraStream(path: path, options: options, interrupt: flag)
    description = stream.description
    self.flag = flag
    self.stream = Mutex(stream)
  }

  /// Cameras have no audio.
  package var audio: AudioPackets? { nil }
  /// Losses so far.
  package var losses: SourceLosses { counts.withLock { $0 } }

  /// The next frame.
  package func next() throws(CaptureError) -> CaptureOutcome {
    try stream.withLock { (stream) throws(CaptureError) -> CaptureOutcome in
      defer {
        let losses = stream.losses
        counts.withLock { $0 = losses }
      }
      return .frame(try stream.next())
    }
  }

  /// Interrupts `next`; callable on any thread.
  package func interrupt() { flag.interrupt() }
}
