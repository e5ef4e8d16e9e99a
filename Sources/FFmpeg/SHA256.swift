import CFFmpeg

/// Incremental SHA-256.
@safe
package struct SHA256: ~Copyable {
  private let state: OpaquePointer

  /// Starts a hash.
  package init() throws(FFmpegError) {
    guard let state = unsafe av_sha_alloc(), unsafe av_sha_init(state, 256) == 0 else {
      throw FFmpegError(.outOfMemory, "cannot allocate a hash: no memory")
    }
    unsafe self.state = state
  }

  deinit { unsafe av_free(UnsafeMutableRawPointer(state)) }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) { unsafe av_sha_update(state, bytes, bytes.count) }

  /// The hash as 64 hexadecimal digits.
  package consuming func digest() -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    unsafe av_sha_final(state, &bytes)
    return bytes.hexadecimal
  }

  /// HMAC-SHA256 (RFC 2104) of `bytes` with `key`, as 64 hexadecimal digits.
  package static func authentication(of bytes: [UInt8], key: [UInt8]) throws(FFmpegError) -> String {
    guard let state = unsafe av_hmac_alloc(AV_HMAC_SHA256) else {
      throw FFmpegError(.outOfMemory, "cannot allocate a hash: no memory")
    }
    defer { unsafe av_hmac_free(state) }
    var code = [UInt8](repeating: 0, count: 32)
    unsafe av_hmac_calc(state, bytes, UInt32(bytes.count), key, UInt32(key.count), &code, UInt32(code.count))
    return code.hexadecimal
  }
}

extension [UInt8] {
  /// Two digits a byte.
  var hexadecimal: String {
    let digits = Array<Character>("0123456789abcdef")
    return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
