import Foundation
import Synchronization

/// A web server with answers set by a test; it keeps all requests. One connection per request.
public final class WebReceiver: Sendable {
  /// One request.
  public struct Call: Sendable {
    /// Its request line and headers.
    public let head: String
    /// Its body.
    public let body: [UInt8]

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a header.
    public func header(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }.map {
        $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
      }
    }
  }

  /// What it does with a request.
  public enum Answer: Sendable {
    /// Answers with this code.
    case status(Int, headers: String = "")
    /// Closes the connection with a reset.
    case reset
    /// Never answers.
    case hang
  }

  /// Where it listens on loopback.
  public let port: Int
  private let listener: Int32
  private let calls = Mutex<[Call]>([])
  private let hung = Mutex<[Int32]>([])
  /// Answers in turn; the last one stays.
  private let answers: Mutex<[Answer]>

  /// Listens on `port`, or on a free one.
  public init(port: Int = 0, _ answers: [Answer]) throws {
    self.answers = Mutex(answers)
    (listener, self.port) = try Loopback.listen(port: port)
    Thread.detachNewThread {
      while let caller = self.next() { self.serve(caller) }
      // Here, since the number of a closed descriptor may at once be that of another receiver, whose callers this thread would
      // accept.
      close(self.listener)
    }
  }

  /// What it was sent.
  public var received: [Call] { calls.withLock { $0 } }

  /// Listens no more.
  public func finish() {
    shutdown(listener, Int32(SHUT_RDWR))
    hung.withLock { $0 }.forEach { _ = close($0) }
  }

  private func next() -> Int32? {
    let caller = accept(listener, nil, nil)
    return caller < 0 ? nil : caller
  }

  private func serve(_ caller: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let head = bytes.firstRange(of: end) {
        let call = Call(
          head: String(decoding: bytes[..<head.lowerBound], as: UTF8.self), body: Array(bytes[head.upperBound...]))
        if call.body.count >= Int(call.header("Content-Length") ?? "0") ?? 0 {
          calls.withLock { $0.append(call) }
          break
        }
      }
      let count = recv(caller, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    switch answer {
    case .status(let code, let headers):
      let text = "HTTP/1.1 \(code) X\r\nContent-Length: 0\r\nConnection: close\r\n\(headers)\r\n"
      _ = send(caller, text, text.utf8.count, Int32(MSG_NOSIGNAL))
      close(caller)
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(caller, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
      close(caller)
    case .hang: hung.withLock { $0.append(caller) }
    }
  }
}
