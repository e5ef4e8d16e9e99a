import Foundation

/// A datagram socket as a service manager holds it, at a path or (with @) in the abstract.
public final class DatagramListener {
  /// The value of `NOTIFY_SOCKET`.
  public let name: String
  private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

  /// Listens, for messages of at most 4 KiB.
  public init(isAbstract: Bool = false) throws {
    let word = "yolostream-\(UUID().uuidString.prefix(8))"
    name = isAbstract ? "@" + word : FileManager.default.temporaryDirectory.appending(path: word).path
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if isAbstract { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(2 + bytes.count)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    var timeout = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit {
    close(descriptor)
    unlink(name)
  }

  /// The next message; `nil` if there is none, or none comes for a long time if one is waited for.
  public func message(waits: Bool = false) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, waits ? 0 : Int32(MSG_DONTWAIT))
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The next message that begins so, passing over others; `nil` if none comes for a long time.
  public func message(beginning start: String) -> String? {
    while let message = message(waits: true) {
      if message.hasPrefix(start) { return message }
    }
    return nil
  }
}
