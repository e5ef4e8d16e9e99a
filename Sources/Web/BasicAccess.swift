import Foundation
import HTTPTypes
import Hummingbird

/// The token as the password of HTTP's Basic scheme (RFC 7617), with any user name, for camera viewers that support nothing
/// else. It grants read access only.
enum BasicAccess {
  /// Whether `request` is for an image or a live view.
  static func isAccepted(for request: Request) -> Bool {
    guard request.method == .get || request.method == .head else { return false }
    let path = request.uri.path
    return path.hasPrefix("/live/") || [".jpg", ".png", ".mp4"].contains(where: path.hasSuffix)
  }

  /// The password that `request` shows; `nil` if it shows none.
  static func password(in request: Request) -> Substring? {
    guard let header = request.headers[.authorization], header.prefix(6).lowercased() == "basic ",
      let bytes = Data(base64Encoded: header.dropFirst(6).trimmingCharacters(in: .whitespaces)),
      let text = String(data: bytes, encoding: .utf8), let colon = text.firstIndex(of: ":")
    else { return nil }
    return text[text.index(after: colon)...]
  }
}
