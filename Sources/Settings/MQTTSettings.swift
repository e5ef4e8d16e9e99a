package import MQTT

/// How events and states are published to a broker.
package struct MQTTSettings: Hashable, Sendable {
  /// The broker; `nil` publishes nothing.
  package var address: MQTTAddress?
  /// Name of the user.
  package var user: String?
  /// The user's password.
  package var password: String?
  /// A file with the password on its first line.
  package var passwordFile: String?
  /// Whose topics and payloads these are, by name.
  package var format = "native"
  /// What topics begin with; `nil` is what is usual for the format.
  package var prefix: String?
  /// What the broker knows the service by; `nil` makes one of the prefix.
  package var clientID: String?
  /// Version of the protocol.
  package var version = MQTTOptions.Version.v311
  /// Files for TLS.
  package var authorities, certificate, key: String?
  /// Whether devices are announced to Home Assistant.
  package var announces = true
  /// What Home Assistant listens to.
  package var discovery: String? = "homeassistant"
  /// Bytes of events that may wait for the broker.
  package var spoolSize: Int64 = 100_000_000
  /// Seconds that an event may wait.
  package var spoolAge = 7 * 86_400.0

  /// Names of the formats.
  static let formats = ["native", "frigate"]

  static let settings: [Setting<MQTTSettings>] = [
    .value(
      "url", \.address, .brokerAddress, isRequired: true, example: "mqtt://192.0.2.10",
      "The broker: \(MQTTAddress.form)."),
    .value(
      "format", \.format, .oneOf(formats),
      "Topics and payloads: native, or frigate for programs that expect Frigate, its HTTP paths included."),
    .value("user", \.user, .text("the name of a user"), "Name of the user."),
    .value("password", \.password, .text("a password"), "The user's password, such as ${MQTT_PASSWORD}."),
    .value(
      "password_file", \.passwordFile, .text("the path of a file"), "A file with the password on its first line."),
    .value(
      "prefix", \.prefix, .text("a topic"), example: "yolostream",
      "What all topics begin with. Each service of a broker needs its own."),
    .value("client_id", \.clientID, .text("a name"), "What the broker knows the service by."),
    .value("version", \.version, .brokerVersion, "Version of MQTT: 3.1.1 or 5."),
    .value("ca", \.authorities, .text("the path of a file"), "Authorities of the broker's certificate, in PEM form."),
    .value("cert", \.certificate, .text("the path of a file"), "The service's own certificate, in PEM form."),
    .value("key", \.key, .text("the path of a file"), "The key of that certificate, not encrypted."),
    .value("homeassistant", \.announces, .switched, example: "true", "Whether devices appear in Home Assistant."),
    .value(
      "discovery_prefix", \.discovery, .text("a topic"),
      "What Home Assistant listens to, where it is not homeassistant."),
    .value("spool_size", \.spoolSize, .size, "What events may take on the disk while the broker is offline."),
    .value("spool_age", \.spoolAge, .duration(1...3.2e8), "Age at which such an event is dropped."),
  ]
}

extension SettingKind where Value == MQTTAddress? {
  /// The address of a broker.
  static var brokerAddress: SettingKind {
    .optional(
      .parsed("\"type\":\"string\",\"pattern\":\"^mqtts?://\"", MQTTAddress.form, MQTTAddress.init(parsing:)))
  }
}

extension SettingKind where Value == MQTTOptions.Version {
  /// A version of MQTT.
  static var brokerVersion: SettingKind {
    parsed("\"enum\":[\"3.1.1\",\"5\",5]", "3.1.1 or 5", MQTTOptions.Version.init(rawValue:))
  }
}
