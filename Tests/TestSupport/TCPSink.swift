import Foundation
import Synchronization

/// A receiver at the other end of a real connection, one at a time: it keeps what comes, or reads nothing at all.
public final class TCPSink: Sendable {
  /// Where it listens on loopback.
  public let port: Int
  private let listener: Int32
  private let client = Mutex<Int32>(-1)
  private let bytes = Mutex<[UInt8]>([])
  private let hasEnded = DispatchSemaphore(value: 0)

  /// A port that nobody listens on.
  public static func freePort() throws -> Int {
    let sink = try TCPSink(reads: false)
    _ = sink.finish()
    return sink.port
  }

  /// Listens on `port`, or one that is free.
  public init(port: Int = 0, reads: Bool = true) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    // What is not read does not go far.
    var room: Int32 = 4096
    if !reads { setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 4) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    self.port = Int(in_port_t(bigEndian: address.sin_port))
    guard status else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    Thread.detachNewThread { self.serve(reads: reads) }
  }

  /// Takes callers one after the other until it is ended; only the bytes of the last are kept.
  private func serve(reads: Bool) {
    while true {
      let caller = accept(listener, nil, nil)
      guard caller >= 0 else { break }
      client.withLock { $0 = caller }
      bytes.withLock { $0 = [] }
      guard reads else { continue }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = recv(caller, &buffer, buffer.count, 0)
        guard count > 0 else { break }
        bytes.withLock { $0 += buffer.prefix(count) }
      }
      client.withLock { $0 = -1 }
      close(caller)
    }
    hasEnded.signal()
  }

  /// Ends the connection and listens no more; what has come.
  public func finish() -> [UInt8] {
    shutdown(listener, Int32(SHUT_RDWR))
    client.withLock { if $0 >= 0 { shutdown($0, Int32(SHUT_RDWR)) } }
    hasEnded.wait()
    close(listener)
    return bytes.withLock { $0 }
  }
}
