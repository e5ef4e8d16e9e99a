/// Takes credentials out of text that may hold URLs: what every message and log line passes through.
public enum Redaction {
  /// Query parameters whose values are secrets.
  private static let secretKeys: Set<String> = [
    "password", "passwd", "pass", "pwd", "token", "access_token", "auth", "key", "apikey", "api_key", "secret",
    "signature", "sig",
  ]

  /// `text` with the user and password of each URL, and the values of secret query parameters, replaced by `***`.
  public static func redact(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let colon = firstSchemeEnd(in: rest) {
      result += rest[..<colon]
      let end = rest[colon...].firstIndex { $0.isWhitespace || $0 == "'" || $0 == "\"" || $0 == "," } ?? rest.endIndex
      result += redactAddress(rest[colon..<end])
      rest = rest[end...]
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
  private static func redactAddress(_ address: Substring) -> String {
    let host = afterCredentials(address)
    let head = host == address.startIndex ? "" : "***@"
    guard let mark = address[host...].firstIndex(of: "?") else { return head + address[host...] }
    let parameters = address[address.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
    let clean = parameters.map { parameter -> Substring in
      guard let equals = parameter.firstIndex(of: "="), secretKeys.contains(parameter[..<equals].lowercased()) else {
        return parameter
      }
      return parameter[...equals] + "***"
    }
    return head + address[host...mark] + clean.joined(separator: "&")
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
