import CFFmpeg

/// The SHA-256 of bytes that come in pieces.
@safe
public struct SHA256: ~Copyable {
  private let state: OpaquePointer

  /// Of nothing yet.
  public init() throws(FFmpegError) {
    guard let state = unsafe av_sha_alloc() else {
      throw FFmpegError(.outOfMemory, "cannot allocate a hash: no memory")
    }
    unsafe self.state = state
    unsafe av_sha_init(state, 256)
  }

  deinit { unsafe av_free(UnsafeMutableRawPointer(state)) }

  /// Takes more bytes.
  public mutating func update(_ bytes: [UInt8]) { unsafe av_sha_update(state, bytes, bytes.count) }

  /// The 64 hexadecimal digits.
  public consuming func digest() -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    unsafe av_sha_final(state, &bytes)
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
