import FFmpeg

/// Converts addresses as users write them to URLs that libav accepts.
package enum NetworkAddress {
  /// `text` with a lower-case scheme and percent-encoded user and password, which often contain `@`, `#`, `/` and
  /// `?`. Existing escapes are kept.
  static func normalised(_ text: String, scheme: String) -> String {
    let tail = text.dropFirst(scheme.count + "://".count)
    guard let end = Redaction.credentialsEnd(of: tail) else { return "\(scheme)://\(tail)" }
    let credentials = tail[..<end].dropLast()
    let user = credentials.prefix { $0 != ":" }
    var result = "\(scheme)://" + Escapes.escaped(user)
    if user.endIndex < credentials.endIndex {
      result += ":" + Escapes.escaped(credentials[user.endIndex...].dropFirst())
    }
    return result + "@" + tail[end...]
  }

  /// The path of a `file://…` address: with an empty host or `localhost`, escapes resolved (RFC 8089).
  package static func path(ofFileAddress text: String) throws(CaptureError) -> String {
    var tail = text.dropFirst("file://".count)
    if let slash = tail.firstIndex(of: "/"), tail[..<slash].lowercased() == "localhost" { tail = tail[slash...] }
    let path = Escapes.unescaped(tail)
    guard !path.contains("\0") else {
      throw CaptureError(.invalidAddress, "cannot read \(text): a path holds no zero byte")
    }
    return path
  }
}
