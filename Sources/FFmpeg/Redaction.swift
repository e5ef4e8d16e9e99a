import Synchronization

/// Removes credentials from text; every message and log line passes through it. Secrets registered with `protect` are
/// replaced wherever they occur; others are recognised by the URL they are in.
package enum Redaction {
  /// Last words of parameter names whose values are secret.
  private static let secretKeys: Set<String> = [
    "password", "passwd", "pass", "pwd", "passphrase", "passcode", "loginpas", "token", "auth", "key", "apikey",
    "secret",
    "signature", "sig", "streamid", "psk", "session", "sessionid", "sid", "credential", "credentials", "pin",
  ]
  /// Registered secrets, longest first.
  private static let known = Mutex<[String]>([])
  /// Shorter secrets would match unrelated words.
  private static let shortest = 4

  /// Registers `secret`: from now on it is replaced wherever it occurs, also in its escaped form.
  package static func protect(_ secret: some StringProtocol) {
    let forms = Set([String(secret), Escapes.escaped(Substring(secret)), Escapes.unescaped(Substring(secret))])
      .filter { $0.count >= shortest && $0 != "***" }
    known.withLock { known in
      known += forms.filter { !known.contains($0) }
      known.sort { $0.count > $1.count }
    }
  }

  /// Registers the password, the secret parameters and the stream key of `address`.
  package static func protect(address: String) {
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

  /// `text` with user and password of each URL, values of its secret parameters, and the stream key of RTMP URLs
  /// replaced by `***`.
  package static func redact(_ text: String) -> String {
    var result = ""
    var shown = text
    for secret in known.withLock({ $0 }) where shown.contains(secret) { shown = shown.replacing(secret, with: "***") }
    var rest = shown[...]
    while let start = firstSchemeEnd(in: rest) {
      let isRTMP = ["rtmp://", "rtmps://"].contains { rest[..<start].lowercased().hasSuffix($0) }
      // Passwords can contain commas and apostrophes: these end an address only if a sentence continues behind them.
      var address = rest[start...].prefix { !$0.isWhitespace && $0 != "\"" }
      while let last = address.last, ",;:.')".contains(last) { address.removeLast() }
      result += rest[..<start]
      result += redactAddress(address, isRTMP: isRTMP)
      rest = rest[address.endIndex...]
    }
    return result + rest
  }

  /// Index behind the next `://`.
  private static func firstSchemeEnd(in text: Substring) -> Substring.Index? {
    var index = text.startIndex
    while let colon = text[index...].firstIndex(of: ":") {
      if text[colon...].hasPrefix("://") { return text.index(colon, offsetBy: 3) }
      index = text.index(after: colon)
    }
    return nil
  }

  /// Redacts what follows `scheme://`.
  private static func redactAddress(_ address: Substring, isRTMP: Bool) -> String {
    let host = afterCredentials(address)
    let head = host == address.startIndex ? "" : "***@"
    var shown = address[host...]
    var tail = ""
    if isRTMP, let key = shown.prefix(while: { $0 != "?" }).split(separator: "/").dropFirst().last {
      // Anyone who knows the stream key can send.
      shown = shown[..<key.startIndex]
      tail = "***"
    }
    let parameters = shown.split(separator: "&", omittingEmptySubsequences: false)
    return head + parameters.map { redactParameter($0) }.joined(separator: "&") + tail
  }

  /// Redacts the text between two `&` from its first secret value on. Cameras have such parameters in paths, too,
  /// with other separators, so everything that follows counts as secret. An address can contain another one.
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

  /// Start of the host in `address` (without `scheme://`); `nil` if there is no user or password.
  package static func credentialsEnd(of address: Substring) -> Substring.Index? {
    let host = afterCredentials(address)
    return host == address.startIndex ? nil : host
  }

  /// Start of the host. A password may contain `@` and an unescaped `/`: an `@` after the first slash counts if the
  /// text before the slash cannot be `host:port`.
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
