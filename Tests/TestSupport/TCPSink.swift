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

  /// Listens on `port`, or one that is free.
  public init(port: Int = 0, reads: Bool = true) throws {
    // A small buffer, so that a receiver that reads nothing blocks its sender soon.
    (listener, self.port) = try Loopback.listen(port: port, receiveBuffer: reads ? nil : 4096)
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
