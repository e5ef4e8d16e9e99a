import CFFmpeg

/// RTSP redirections, and the credentials to use for them.
///
/// libav follows redirections by itself and sends the first server's credentials to the second. Therefore the
/// redirection is detected in libav's log, the attempt is interrupted before anything is sent, and the new address is
/// opened here.
enum Redirection {
  /// Most redirections in a row.
  static let limit = 5

  /// `address` with the credentials of `first` if scheme, host and port are the same.
  static func next(_ address: String, from first: String) -> String {
    guard let old = Parts(first), let new = Parts(address), old.isSameServer(as: new), new.credentials.isEmpty,
      !old.credentials.isEmpty
    else { return address }
    return "\(new.scheme)://\(old.credentials)@\(new.host)\(new.rest)"
  }

  private struct Parts {
    let scheme: String, credentials: Substring, host: Substring, rest: Substring

    init?(_ address: String) {
      guard let separator = address.firstRange(ofText: "://") else { return nil }
      scheme = address[..<separator.lowerBound].lowercased()
      let tail = address[separator.upperBound...]
      let end = tail.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? tail.endIndex
      let at = tail[..<end].lastIndex(of: "@")
      credentials = at.map { tail[..<$0] } ?? ""
      host = tail[(at.map { tail.index(after: $0) } ?? tail.startIndex)..<end]
      rest = tail[end...]
    }

    func isSameServer(as other: Parts) -> Bool {
      scheme == other.scheme && Self.full(host, scheme) == Self.full(other.host, scheme)
    }

    private static func full(_ host: Substring, _ scheme: String) -> String {
      let hasPort = host.last { $0 == ":" || $0 == "]" } == ":"
      return host.lowercased() + (hasPort ? "" : scheme == "rtsps" ? ":322" : ":554")
    }
  }
}

extension String {
  /// The first occurrence of `text`.
  fileprivate func firstRange(ofText text: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
      index = self.index(after: index)
    }
    return nil
  }
}
