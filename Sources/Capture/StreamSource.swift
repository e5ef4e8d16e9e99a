package import FFmpeg
import Synchronization

/// Frames of a container: a video file, standard input, or a network address.
package final class StreamSource: FrameSource {
  /// What is known of the source before its first frame.
  package let description: SourceDescription
  /// Audio packets, if requested and available.
  package let audio: AudioPackets?
  private let flag: InterruptFlag
  private let stream: Mutex<DecodedStream>
  private let counts: Mutex<SourceLosses>

  private init(_ stream: consuming sending DecodedStream, flag: InterruptFlag) {
    description = stream.description
    audio = stream.audio.map { AudioPackets($0) }
    self.flag = flag
    self.stream = Mutex(stream)
    counts = Mutex(SourceLosses())
  }

  /// Opens the video file at `path`.
  package convenience init(file path: String, options: SourceOptions = SourceOptions()) throws(CaptureError) {
    let flag = InterruptFlag()
    let stream = try DecodedStream(
      .file(path), name: path, path: path, kind: .file, options: options, interrupt: flag)
    self.init(stream, flag: flag)
  }

  /// Opens standard input.
  package convenience init(standardInput options: SourceOptions) throws(CaptureError) {
    let flag = InterruptFlag()
    let stream = try DecodedStream(
      .pipe(0), name: "standard input", path: nil, kind: .file, options: options, interrupt: flag)
    self.init(stream, flag: flag)
  }

  /// Connects to `url`. Throws `unreachable` without an answer and `stalled` if nothing arrives within the time-out.
  package convenience init(
    network url: String, options: SourceOptions = SourceOptions(), interrupt flag: InterruptFlag = InterruptFlag()
  ) throws(CaptureError) {
    let stream = try DecodedStream(
      .address(url), name: Redaction.redact(url), path: nil, kind: .live,
      libav: Self.networkOptions(url: url, options: options), options: options, interrupt: flag)
    self.init(stream, flag: flag)
  }

  /// libav's options for a live address.
  static func networkOptions(url: String, options: SourceOptions) -> [String: String] {
    // The frame rate of the codec's header and the first times are enough: more analysis costs a second per
    // connection. Packets read meanwhile are kept, because the first is the keyframe that decoding must start with.
    var libav = ["fpsprobesize": "0", "max_ts_probe": "0"]
    guard url.lowercased().hasPrefix("rtsp") else { return libav }
    // A keyframe arrives as a burst that may exceed the system's default socket buffer.
    libav["buffer_size"] = String(1 << 20)
    switch options.transport {
    case .auto: libav["rtsp_flags"] = "prefer_tcp"
    case .tcp: libav["rtsp_transport"] = "tcp"
    case .udp: libav["rtsp_transport"] = "udp"
    }
    libav["allowed_media_types"] = options.wantsAudio ? "video+audio" : "video"
    return libav
  }

  /// Losses so far.
  package var losses: SourceLosses { counts.withLock { $0 } }

  /// The next frame, or the end.
  package func next() throws(CaptureError) -> CaptureOutcome {
    try stream.withLock { (stream) throws(CaptureError) -> CaptureOutcome in
      defer {
        let losses = stream.losses
        counts.withLock { $0 = losses }
      }
      return try stream.next()
    }
  }

  /// Interrupts `next`; callable on any thread.
  package func interrupt() { flag.interrupt() }
}
