import FFmpeg

/// Where annotated video is streamed to: a receiver on the network, or an HLS playlist.
package struct PushAddress: Hashable, Sendable, CustomStringConvertible {
  /// Accepted forms, for messages.
  package static let forms = "rtsp://, rtmp://, udp://, srt:// or tcp://, http://….m3u8, or a playlist PATH.m3u8"

  /// The address including credentials.
  let text: String
  /// Whether the receiver is on a network.
  package let isRemote: Bool
  /// The transport for an endless or (`isEndless` is false) finite stream.
  private let transport: LiveMuxer.Transport

  /// Parses a user's input; `nil` if it is not such an address.
  package init?(parsing text: String) {
    guard let mark = text.firstRange(of: "://") else {
      guard text.lowercased().hasSuffix(".m3u8"), text.utf8.first != UInt8(ascii: "-") else { return nil }
      // libav would treat text before a colon as a protocol.
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
    // libav accepts lower-case schemes only.
    self.text = "\(scheme)://\(rest)"
    isRemote = true
  }

  /// The address without user, password and tokens.
  package var description: String { Redaction.redact(text) }

  /// The transport; the playlist of a finite stream keeps all segments.
  func transport(isEndless: Bool) -> LiveMuxer.Transport {
    if case .hls = transport { return .hls(window: isEndless) }
    return transport
  }
}
