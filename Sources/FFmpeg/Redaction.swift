/// Takes credentials out of text that may hold URLs: what every message and log line passes through.
public enum Redaction {
  /// Last words of the names of parameters whose values are secrets.
  private static let secretKeys: Set<String> = [
    "password", "passwd", "pass", "pwd", "passphrase", "loginpas", "token", "auth", "key", "apikey", "secret",
    "signature", "sig", "streamid",
  ]

  /// `text` with the user and password of each URL, the values of its secret parameters in path and query, and the stream
  /// key at the end of one of RTMP replaced by `***`.
  public static func redact(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = firstSchemeEnd(in: rest) {
      let isRTMP = ["rtmp://", "rtmps://"].contains { rest[..<start].lowercased().hasSuffix($0) }
      // Passwords hold commas and apostrophes: these end an address only where a sentence goes on behind them.
      var address = rest[start...].prefix { !$0.isWhitespace && $0 != "\"" }
      while let last = address.last, ",;:.')".contains(last) { address.removeLast() }
      result += rest[..<start]
      result += redactAddress(address, isRTMP: isRTMP)
      rest = rest[address.endIndex...]
    }
    return result + rest
  }

  /// Index after the next `://`.
  private static func firstSchemeEnd(in text: Substring) -> Substring.Index? {
    var index = text.startIndex
    while let colon = text[index...].firstIndex(of: ":") {
      if text[colon...].hasPrefix("://") { return text.index(colon, offsetBy: 3) }
      index = text.index(after: colon)
    }
    return nil
  }

  /// What follows `scheme://`.
  private static func redactAddress(_ address: Substring, isRTMP: Bool) -> String {
    let host = afterCredentials(address)
    let head = host == address.startIndex ? "" : "***@"
    var shown = address[host...]
    var tail = ""
    if isRTMP, let key = shown.prefix(while: { $0 != "?" }).split(separator: "/").dropFirst().last {
      // Whoever knows the last part may send there.
      shown = shown[..<key.startIndex]
      tail = "***"
    }
    let parameters = shown.split(separator: "&", omittingEmptySubsequences: false)
    return head + parameters.map { redactParameter($0) }.joined(separator: "&") + tail
  }

  /// What stands between two `&`, up to its first secret value. Cameras have such parameters in their paths, too, and
  /// other characters between them: whatever follows is taken for a part of the secret. An address may hold another one.
  private static func redactParameter(_ text: Substring) -> String {
    var index = text.startIndex
    while let equals = text[index...].firstIndex(of: "=") {
      let words = text[..<equals].split { !$0.isLetter && !$0.isNumber }
      if let key = words.last, secretKeys.contains(key.lowercased()) {
        return redact(String(text[..<equals])) + "=***"
      }
      index = text.index(after: equals)
    }
    return redact(String(text))
  }

  /// Where the host begins. A password may hold `@`, and careless ones hold `/`: an `@` after the first slash counts
  /// when what stands before that slash cannot be `host:port`.
  private static func afterCredentials(_ address: Substring) -> Substring.Index {
    let slash = address.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? address.endIndex
    if let at = address[..<slash].lastIndex(of: "@") { return address.index(after: at) }
    let authority = address[..<slash]
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]"),
      !authority[authority.index(after: colon)...].allSatisfy(\.isNumber),
      let at = address.lastIndex(of: "@")
    {
      return address.index(after: at)
    }
    return address.startIndex
  }
}
