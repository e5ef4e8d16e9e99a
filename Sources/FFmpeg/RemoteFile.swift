import CFFmpeg

/// Reads a file from an address such as `https://…`. Certificates are verified; redirections are followed, from TLS
/// only to TLS.
@safe
package struct RemoteFile: ~Copyable {
  private let handle: UnsafeMutablePointer<AVIOContext>
  private let interrupt: InterruptFlag
  private let timeout: Double
  private let name: String

  /// Size of the file in bytes, if the server states it.
  package let byteCount: Int?

  /// Connects to `address` and starts at byte `offset`. Throws if the server does not answer within `timeout`
  /// seconds, lacks the file, or does not support ranges.
  package init(
    _ address: String, from offset: Int = 0, timeout: Double = 30, interrupt: InterruptFlag = InterruptFlag()
  ) throws(FFmpegError) {
    LogBridge.install()
    name = Redaction.redact(address)
    self.interrupt = interrupt
    self.timeout = timeout
    var callback = unsafe interrupt.callback
    let isSecure = address.lowercased().hasPrefix("https:")
    var options = OptionList([
      "offset": String(offset), "tls_verify": "1", "ca_file": "/etc/ssl/certs/ca-certificates.crt",
      "protocol_whitelist": (isSecure ? "" : "http,") + "https,tcp,tls,httpproxy",
    ])
    var opened: UnsafeMutablePointer<AVIOContext>?
    let (status, isLate) = interrupt.withDeadline(timeout) {
      let status = unsafe avio_open2(&opened, address, AVIO_FLAG_READ, &callback, &options.handle)
      return (status, interrupt.shouldStop)
    }
    guard status >= 0, let handle = unsafe opened else {
      throw Self.failure(status, name, isLate: isLate && !interrupt.isInterrupted, timeout: timeout)
    }
    unsafe self.handle = unsafe handle
    let size = unsafe avio_size(handle)
    byteCount = size > 0 ? Int(size) : nil
  }

  deinit {
    var handle: UnsafeMutablePointer<AVIOContext>? = unsafe handle
    unsafe avio_closep(&handle)
  }

  /// The next bytes, at most `capacity`; empty at the end.
  package mutating func read(atMost capacity: Int = 1 << 18) throws(FFmpegError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: capacity)
    let (count, isLate) = interrupt.withDeadline(timeout) {
      let count = unsafe avio_read_partial(handle, &bytes, Int32(clamping: capacity))
      return (count, interrupt.shouldStop)
    }
    if count == yolostream_averror_eof() || count == 0 { return [] }
    guard count > 0 else {
      throw Self.failure(count, name, isLate: isLate && !interrupt.isInterrupted, timeout: timeout)
    }
    bytes.removeSubrange(Int(count)...)
    return bytes
  }

  private static func failure(_ status: Int32, _ name: String, isLate: Bool, timeout: Double) -> FFmpegError {
    isLate
      ? FFmpegError(.timedOut, "cannot fetch \(name): no answer within \(timeout) s")
      : FFmpegError(status: status, tryingTo: "fetch \(name)")
  }
}
