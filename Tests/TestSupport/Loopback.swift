import Foundation

/// Sockets on 127.0.0.1.
public enum Loopback {
  /// A port on which nothing listens. It is not one of those that the system gives to clients: a client could get the port
  /// that it connects to, and TCP would connect it to itself.
  public static func freePort() throws -> Int {
    let range = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    let end = range.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768
    for _ in 0..<1000 {
      if let (listener, port) = try? listen(port: Int.random(in: 10_000..<max(end, 10_100))) {
        close(listener)
        return port
      }
    }
    throw POSIXError(.EADDRINUSE)
  }

  /// A listening socket on `port`, or on any free one for 0.
  ///
  /// - Parameter receiveBuffer: size of the receive buffer in bytes.
  public static func listen(port: Int = 0, receiveBuffer: Int32? = nil) throws -> (listener: Int32, port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    setOption(SO_REUSEADDR, 1, of: listener)
    if let receiveBuffer { setOption(SO_RCVBUF, receiveBuffer, of: listener) }
    var own = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening =
      withAddress(port: port) { bind(listener, $0, $1) == 0 } && Glibc.listen(listener, 16) == 0
      && withUnsafeMutablePointer(to: &own) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) == 0 }
      }
    guard isListening else {
      let code = POSIXErrorCode(rawValue: errno) ?? .EIO
      close(listener)
      throw POSIXError(code)
    }
    return (listener, Int(in_port_t(bigEndian: own.sin_port)))
  }

  /// Calls `body` with the address of `port`.
  public static func withAddress<Result>(
    port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) rethrows -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return try withUnsafePointer(to: &address) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func setOption(_ option: Int32, _ value: Int32, of socket: Int32) {
    var value = value
    setsockopt(socket, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
