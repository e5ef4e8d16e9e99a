import CFFmpeg

/// MurmurHash3 (Austin Appleby; 128 bits) of bytes in several pieces. It is as fast as memory and detects accidental
/// differences, but not deliberate collisions.
@safe
package struct Murmur3: ~Copyable {
  private let state: OpaquePointer

  /// Of nothing yet.
  package init() throws(FFmpegError) {
    guard let state = unsafe av_murmur3_alloc() else {
      throw FFmpegError(.outOfMemory, "cannot allocate a hash: no memory")
    }
    unsafe av_murmur3_init(state)
    unsafe self.state = state
  }

  deinit { unsafe av_free(UnsafeMutableRawPointer(state)) }

  /// Takes more bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    unsafe av_murmur3_update(state, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
  }

  /// The 32 hexadecimal digits.
  package consuming func digest() -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    unsafe av_murmur3_final(state, &bytes)
    return bytes.hexadecimal
  }
}
