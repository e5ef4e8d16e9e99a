import CFFmpeg

/// A file read from an address, such as `https://…`, as its bytes. Certificates of servers are checked, and redirections
/// followed, from TLS to TLS only.
@safe
public struct RemoteFile: ~Copyable {
  private let handle: UnsafeMutablePointer<AVIOContext>
  private let interrupt: InterruptFlag
  private let timeout: Double
  private let name: String

  /// Bytes of the whole file, if the server tells.
  public let byteCount: Int?

  /// Connects to `address` and begins at byte `offset`. Throws where the server does not answer within `timeout` seconds,
  /// has no such file, or does not let go on in the middle of one.
  public init(
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

  /// The next bytes, at most `capacity`; none at the end.
  public mutating func read(atMost capacity: Int = 1 << 18) throws(FFmpegError) -> [UInt8] {
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
