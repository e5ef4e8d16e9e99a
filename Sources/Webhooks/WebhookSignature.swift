package import FFmpeg

/// Proves to a receiver who sent a call, and when: HMAC-SHA256 (RFC 2104) over time and body, so that an old call cannot be
/// sent again with another time.
package enum WebhookSignature {
  /// Header of the signature: `sha256=` and 64 hexadecimal digits.
  package static let header = "X-Yolostream-Signature"
  /// Header of the time, in seconds since 1970.
  package static let timeHeader = "X-Yolostream-Timestamp"
  /// Header of the event's key: the same when a call is repeated.
  package static let deliveryHeader = "X-Yolostream-Delivery"

  /// The signature of `body` sent at `seconds` since 1970: of `seconds`, a full stop, and the body. Throws `outOfMemory`.
  package static func sign(_ body: [UInt8], at seconds: Int64, secret: String) throws(FFmpegError) -> String {
    "sha256=" + (try SHA256.authentication(of: Array("\(seconds).".utf8) + body, key: Array(secret.utf8)))
  }
}
