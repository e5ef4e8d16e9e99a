import Foundation

/// Where a broker is: `mqtt://[user[:password]@]host[:port]`, or `mqtts://…` over TLS.
package struct MQTTAddress: Hashable, Sendable, CustomStringConvertible {
  /// What `init(parsing:)` takes, in words.
  package static let form = "mqtt://HOST:PORT, or mqtts://HOST:PORT over TLS"

  /// Name or address of the machine.
  package let host: String
  /// 1883, or 8883 over TLS, where the address names none.
  package let port: Int
  /// Whether it is reached over TLS.
  package let isSecure: Bool
  /// The user that the address names.
  let user: String?
  /// The password that the address names.
  let password: String?

  /// A broker without TLS.
  package init(host: String, port: Int) {
    (self.host, self.port, isSecure, user, password) = (host, port, false, nil, nil)
  }

  /// Reads an address; `nil` for one of another form.
  package init?(parsing text: String) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      ["mqtt", "mqtts"].contains(scheme), var host = parts.host, !host.isEmpty, ["", "/"].contains(parts.path),
      parts.query == nil, parts.fragment == nil, (1...65535).contains(parts.port ?? 1)
    else { return nil }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    self.host = host
    isSecure = scheme == "mqtts"
    port = parts.port ?? (isSecure ? 8883 : 1883)
    user = parts.user
    password = parts.password
  }

  /// The address without user and password.
  package var description: String {
    (isSecure ? "mqtts://" : "mqtt://") + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
  }
}
