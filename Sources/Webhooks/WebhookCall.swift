import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Outputs
import Spooling

/// One call: what is sent, and what came of it.
struct WebhookCall: Hashable, Sendable {
  /// What came of it.
  enum Outcome: Hashable, Sendable {
    /// The receiver has it.
    case delivered
    /// The receiver does not take it, nor will it later.
    case refused(String)
    /// It may work later; `wait` is the delay in seconds that the receiver asked for, if it did.
    case failed(String, wait: Double?)
  }

  let key: String
  /// Media type and body.
  let type: String
  let body: [UInt8]
  /// The image that is to be sent too.
  let image: EventImage?

  init(_ event: WebhookEvent, _ settings: WebhookSettings) {
    key = event.key
    let (text, type) = settings.template.body(of: event)
    (self.type, body) = (type, Array(text.utf8))
    image = settings.sendsImage ? event.snapshot.map { EventImage(path: $0, event: event.json) } : nil
  }

  /// The call as it lies in a spool: three lines and the body.
  var spooled: [UInt8] {
    let image = image.flatMap { try? JSONEncoder().encode($0) }.map(Array.init) ?? []
    return Array("\(key)\n\(type)\n".utf8) + image + Array("\n".utf8) + body
  }

  /// Reads what `spooled` wrote; `nil` for anything else.
  init?(spooled bytes: [UInt8]) {
    let parts = bytes.split(separator: 10, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let words = parts.prefix(3).map { String(decoding: $0, as: UTF8.self) }
    (key, type, body) = (words[0], words[1], Array(parts[3]))
    image = try? JSONDecoder().decode(EventImage.self, from: Data(words[2].utf8))
  }

  /// The request, made at `seconds` since 1970.
  func request(
    _ settings: WebhookSettings, draw: EventImage.Drawing, at seconds: Int64
  ) throws -> HTTPClient.Request {
    var headers = HTTPHeaders(settings.headers.map { ($0.key, $0.value) })
    let (bytes, type) = whole(draw)
    headers.replaceOrAdd(name: "Content-Type", value: type)
    headers.replaceOrAdd(name: "User-Agent", value: "yolostream")
    headers.replaceOrAdd(name: WebhookSignature.deliveryHeader, value: key)
    headers.replaceOrAdd(name: WebhookSignature.timeHeader, value: "\(seconds)")
    if let secret = settings.secret {
      headers.replaceOrAdd(
        name: WebhookSignature.header, value: try WebhookSignature.sign(bytes, at: seconds, secret: secret))
    }
    return try HTTPClient.Request(url: settings.url, method: .POST, headers: headers, body: .bytes(bytes))
  }

  /// The body, where there is an image with two more parts: the image with the box of the object, and the object alone.
  private func whole(_ draw: EventImage.Drawing) -> (bytes: [UInt8], type: String) {
    guard let image, let boxed = draw(image, .boxed) else { return (body, type) }
    let boundary = "yolostream-\(key)"
    func part(_ name: String, _ type: String, _ bytes: [UInt8], file: String = "") -> [UInt8] {
      Array(
        "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\nContent-Type: \(type)\r\n\r\n".utf8
      )
        + bytes + Array("\r\n".utf8)
    }
    let bytes =
      part("event", type, body) + part("image", "image/jpeg", boxed, file: "; filename=\"snapshot.jpg\"")
      + (draw(image, .cropped).map { part("crop", "image/jpeg", $0, file: "; filename=\"crop.jpg\"") } ?? [])
      + Array("--\(boundary)--\r\n".utf8)
    return (bytes, "multipart/form-data; boundary=\(boundary)")
  }

  /// The result of the call, by `response`.
  static func outcome(of response: HTTPClient.Response) -> Outcome {
    let code = response.status.code
    switch code {
    case 200..<300: return .delivered
    case 408, 429, 500...:
      let wait = response.headers.first(name: "Retry-After").flatMap { Double($0) }
      return .failed("answered \(code)", wait: wait.map { min(max($0, 0), 3600) })
    default: return .refused("answered \(code)")
    }
  }
}
