import FFmpeg

/// Where annotated video goes as it is made: a receiver on the network, or a playlist of HLS.
public struct PushAddress: Hashable, Sendable, CustomStringConvertible {
  /// What may be written, for messages.
  public static let forms = "rtsp://, rtmp://, udp://, srt:// or tcp://, http://….m3u8, or a playlist PATH.m3u8"

  /// The address, secrets included.
  let text: String
  /// Whether the receiver is on a network.
  public let isRemote: Bool
  /// How it is sent, for a stream that has an end (`isEndless` is false) or none.
  private let transport: LiveMuxer.Transport

  /// Reads what a user wrote; `nil` for what is no such address.
  public init?(parsing text: String) {
    guard let mark = text.firstRange(of: "://") else {
      guard text.lowercased().hasSuffix(".m3u8"), text.utf8.first != UInt8(ascii: "-") else { return nil }
      // libav would take what stands before a colon for a protocol.
      self.text = text.hasPrefix("/") ? text : "./" + text
      isRemote = false
      transport = .hls(window: true)
      return
    }
    let rest = text[mark.upperBound...]
    guard !rest.isEmpty, !rest.hasPrefix("/") else { return nil }
    let scheme = text[..<mark.lowerBound].lowercased()
    switch scheme {
    case "rtsp", "rtsps": transport = .rtsp
    case "rtmp", "rtmps": transport = .rtmp
    case "udp", "srt", "tcp": transport = .mpegts
    case "http", "https":
      guard rest.lowercased().hasSuffix(".m3u8") else { return nil }
      transport = .hls(window: true)
    default: return nil
    }
    Redaction.protect(address: text)
    // libav knows small letters only.
    self.text = "\(scheme)://\(rest)"
    isRemote = true
  }

  /// The address as it may be shown: without user, password and tokens.
  public var description: String { Redaction.redact(text) }

  /// How it is sent; what has an end stays whole.
  func transport(isEndless: Bool) -> LiveMuxer.Transport {
    if case .hls = transport { return .hls(window: isEndless) }
    return transport
  }
}
