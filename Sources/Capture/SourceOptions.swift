package import FFmpeg
package import V4L2

/// Options for opening a source.
public struct SourceOptions: Sendable {
  /// Transport of RTSP packets.
  public enum Transport: String, Hashable, Sendable, CaseIterable {
    /// TCP first, UDP if the server requires it.
    case auto
    /// Interleaved in the RTSP connection.
    case tcp
    /// UDP datagrams.
    case udp
  }

  /// Seconds without data after which a source counts as stalled.
  public var timeout: Double = 10
  /// Transport of RTSP packets.
  public var transport: Transport = .auto
  /// Requested format and controls of a camera.
  package var camera = CaptureRequest()
  /// Decoder threads; 0 for one per processor.
  public var decoderThreads = 1
  /// Whether the frames will be drawn on. If not, frames that the decoder still references are not copied, and the
  /// consumer must not write to them.
  public var isForDrawing = true
  /// Whether audio packets are kept for a writer to copy.
  public var keepsAudio = false
  /// Also receives all packets of a container or network stream. Cameras, stills and test patterns have no packets.
  package var ring: PacketRing?
  /// Whether an HLS playlist may name segments; `nil` allows it for playlist addresses on a web server.
  public var takesPlaylists: Bool?
  /// Whether damaged frames are withheld; `nil` for the default: live sources withhold them, files do not.
  public var withholdsDamaged: Bool?
  /// Start in a file, in seconds.
  public var start: Double = 0
  /// Whether a file is repeated.
  public var isLooping = false
  /// Frames per second of a folder of images.
  public var stillsRate: Double = 1

  /// The defaults.
  public init() {}

  /// Whether audio packets are needed.
  var wantsAudio: Bool { keepsAudio || ring?.takesAudio ?? false }
}
