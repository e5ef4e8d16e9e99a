import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The login form, for browsers.
enum LoginPage {
  /// Whether `request` comes from a browser: all of them say where from (https://www.w3.org/TR/fetch-metadata/) or what they read.
  static func isBrowser(_ request: Request) -> Bool {
    HTTPField.Name("Sec-Fetch-Site").map { request.headers[$0] != nil } ?? false
  }

  /// Whether the sender of `request` accepts a page.
  static func isWanted(by request: Request) -> Bool {
    request.method == .get && request.headers[.accept]?.contains("text/html") ?? false
  }

  /// The form; `isAgain` after a wrong token.
  static func response(isAgain: Bool) -> Response {
    let document = String(decoding: PageFile.login.bytes, as: UTF8.self)
    let text = document.replacing("<!--again-->", with: isAgain ? "<p role=\"alert\">This is not the token.</p>" : "")
    return WebRoutes.text(text, type: PageFile.login.type, status: .unauthorized)
  }

  /// The token in the form data of `request`; `nil` if there is none. Reads no more than the longest token.
  static func token(in request: Request) async throws -> String? {
    guard let body = try? await request.body.collect(upTo: 4096) else { return nil }
    for pair in String(buffer: body).split(separator: "&") {
      let words = pair.split(separator: "=", maxSplits: 1)
      guard words.count == 2, words[0] == "token" else { continue }
      return words[1].replacing("+", with: " ").removingPercentEncoding?.trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
