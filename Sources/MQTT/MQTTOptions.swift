/// How a broker is connected to.
package struct MQTTOptions: Hashable, Sendable {
  /// Versions of the protocol.
  package enum Version: String, Hashable, Sendable, CaseIterable {
    /// MQTT 3.1.1.
    case v311 = "3.1.1"
    /// MQTT 5.
    case v5 = "5"
  }

  /// Files for TLS, in PEM form; `nil` where there is none.
  package struct TLS: Hashable, Sendable {
    /// Certificates of authorities that the broker's must come from; `nil` for those of the system.
    package var authorities: String?
    /// Our certificate, for brokers that ask for one.
    package var certificate: String?
    /// Its key, not encrypted.
    package var key: String?

    package init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
      self.authorities = authorities
      self.certificate = certificate
      self.key = key
    }
  }

  /// Where the broker is.
  package var address: MQTTAddress
  /// What the broker knows this client by. Of two with the same one, the broker disconnects the older.
  package var clientID: String
  /// Name of the user; `nil` is anonymous.
  package var user: String?
  /// The user's password.
  package var password: String?
  /// Files for TLS; used when the address is `mqtts://`.
  package var tls = TLS()
  /// Version of the protocol.
  package var version = Version.v311
  /// Seconds of silence after which either side checks the other.
  package var keepAlive = 15
  /// Whether the broker keeps subscriptions, and messages for them, while this client is offline. For 3.1.1 only.
  package var keepsSession = false
  /// Whether messages are confirmed by `confirm` only, and not as soon as they are read. A client that stores messages sets
  /// this: what it has not stored, the broker sends again to the next connection of its session.
  package var confirmsOnRequest = false
  /// The message that the broker publishes when this client is lost without disconnecting.
  package var will: MQTTMessage?

  package init(address: MQTTAddress, clientID: String) {
    self.address = address
    self.clientID = clientID
    user = address.user
    password = address.password
  }
}
