import Synchronization

/// Takes credentials out of text: what every message and log line passes through. Secrets that were seen where they came
/// in (`protect`) are known and replaced wherever they stand; others are recognised by the shape of the URL they are in.
public enum Redaction {
  /// Last words of the names of parameters whose values are secrets.
  private static let secretKeys: Set<String> = [
    "password", "passwd", "pass", "pwd", "passphrase", "passcode", "loginpas", "token", "auth", "key", "apikey",
    "secret",
    "signature", "sig", "streamid", "psk", "session", "sessionid", "sid", "credential", "credentials", "pin",
  ]
  /// Secrets that are known, longest first.
  private static let known = Mutex<[String]>([])
  /// Shorter ones would be found in words that have nothing to do with them.
  private static let shortest = 4

  /// Has `secret` replaced from now on wherever it stands, whatever it contains, as it is and as addresses escape it.
  public static func protect(_ secret: some StringProtocol) {
    let forms = Set([String(secret), Escapes.escaped(Substring(secret)), Escapes.unescaped(Substring(secret))])
      .filter { $0.count >= shortest && $0 != "***" }
    known.withLock { known in
      known += forms.filter { !known.contains($0) }
      known.sort { $0.count > $1.count }
    }
  }

  /// Has the password, the secret parameters and the stream key in `address` replaced wherever they stand.
  public static func protect(address: String) {
    guard let start = firstSchemeEnd(in: address[...]) else { return }
    let tail = address[start...]
    let host = afterCredentials(tail)
    if host > tail.startIndex, let colon = tail[..<host].firstIndex(of: ":") {
      protect(tail[tail.index(after: colon)..<host].dropLast())
    }
    for parameter in tail[host...].split(whereSeparator: { "?&;".contains($0) }).dropFirst() {
      let parts = parameter.split(separator: "=", maxSplits: 1)
      if parts.count == 2, let word = parts[0].split(whereSeparator: { !$0.isLetter && !$0.isNumber }).last,
        secretKeys.contains(word.lowercased())
      {
        protect(parts[1])
      }
    }
    if address.lowercased().hasPrefix("rtmp"),
      let key = tail[host...].prefix(while: { $0 != "?" }).split(separator: "/").dropFirst(2).last
    {
      protect(key)
    }
  }

  /// `text` with the user and password of each URL, the values of its secret parameters in path and query, and the stream
  /// key at the end of one of RTMP replaced by `***`.
  public static func redact(_ text: String) -> String {
    var result = ""
    var shown = text
    for secret in known.withLock({ $0 }) where shown.contains(secret) { shown = shown.replacing(secret, with: "***") }
    var rest = shown[...]
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

  /// Where the host begins in `address`, what follows `scheme://`; `nil` if no user or password stands before it.
  public static func credentialsEnd(of address: Substring) -> Substring.Index? {
    let host = afterCredentials(address)
    return host == address.startIndex ? nil : host
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
