public import FFmpeg
public import V4L2

/// How to open a source.
public struct SourceOptions: Sendable {
  /// How RTSP carries its packets.
  public enum Transport: String, Hashable, Sendable, CaseIterable {
    /// TCP first, UDP if the server wants it.
    case auto
    /// Within the RTSP connection.
    case tcp
    /// Datagrams.
    case udp
  }

  /// Longest silence in seconds before a source counts as stalled.
  public var timeout: Double = 10
  /// How RTSP carries its packets.
  public var transport: Transport = .auto
  /// What is wanted of a camera.
  public var camera = CaptureRequest()
  /// Threads that decode; 0 for one a processor.
  public var decoderThreads = 1
  /// Whether the frames will be drawn on. Off saves a copy of those that the decoder still needs, and asks the
  /// consumer not to write.
  public var isForDrawing = true
  /// Whether audio is kept for a writer to copy.
  public var keepsAudio = false
  /// Where the packets of a container or a network stream go, too, on their way to the decoder. Sources without packets of
  /// that kind (cameras of this machine, stills, patterns) put nothing there.
  public var ring: PacketRing?
  /// Whether an HLS playlist may name its segments; `nil` if it is on a web server and its address ends like one.
  public var takesPlaylists: Bool?
  /// Whether damaged frames are withheld; `nil` for the habit of the source: live ones withhold, files do not.
  public var withholdsDamaged: Bool?
  /// Seconds from the beginning of a file at which to begin.
  public var start: Double = 0
  /// Whether a file begins again when it is over.
  public var isLooping = false
  /// Frames per second that a folder stands for.
  public var stillsRate: Double = 1

  /// The defaults.
  public init() {}

  /// Whether somebody takes audio.
  var wantsAudio: Bool { keepsAudio || ring?.takesAudio ?? false }
}
