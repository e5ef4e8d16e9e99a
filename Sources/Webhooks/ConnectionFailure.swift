import AsyncHTTPClient
import Foundation
import NIOCore

/// Why a web server cannot be reached, in words for people. The errors of the networking libraries name their functions and types.
enum ConnectionFailure {
  static func text(_ error: any Error) -> String {
    if let error = error as? HTTPClientError, let text = text(error) { return text }
    let text = "\(error)"
    // Those of sockets, and lists of them, end with the system's number.
    if let code = (error as? IOError)?.errnoCode ?? number(in: text) {
      return NSError(domain: NSPOSIXErrorDomain, code: Int(code)).localizedFailureReason
        ?? "error \(code) of the system"
    }
    if text.contains("DNS error") { return "there is no host of that name" }
    if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted here" }
    if text.contains("NIOSSL") { return "no encrypted connection could be agreed on" }
    return text
  }

  private static func text(_ error: HTTPClientError) -> String? {
    switch error {
    case .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
      .getConnectionFromPoolTimeout:
      "no answer in time"
    case .remoteConnectionClosed: "the connection was closed"
    default: nil
    }
  }

  private static func number(in text: String) -> Int32? {
    text.firstMatch(of: /errno: (\d+)/).flatMap { Int32($0.1) }
  }
}
