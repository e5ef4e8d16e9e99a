import Foundation

/// The configuration of a collector: a whole file.
package struct CollectorConfiguration: Hashable, Sendable {
  /// Version of the file's format.
  var version = 1
  /// The brokers it reads; names are unique.
  package var brokers: [CollectedBroker] = []
  /// Where events go.
  package var outputs = OutputSettings()
  /// The web server.
  package var http = HTTPSettings()

  static let settings: [Setting<CollectorConfiguration>] = [
    .value("version", \.version, .whole(1...1), isRequired: true, example: "1", "Version of this format."),
    .sections(
      "brokers", \.brokers, CollectedBroker.settings, isRequired: true, example: "gate",
      "The brokers that services publish to, by name."
    ) { name, _ in CollectedBroker(named: name) },
    .section("outputs", \.outputs, outputSettings, isRequired: true, "Where events go."),
    .section(
      "http", \.http, HTTPSettings.settings, "The web page, metrics and the interface for programs.",
      check: HTTPSettings.check),
  ]

  private static let outputSettings: [Setting<OutputSettings>] = [
    .section(
      "events", \.events, OutputSettings.Events.settings, isRequired: true, "What happened, at all boxes."),
    .section("storage", \.storage, StorageSettings.settings, "Snapshots of events, and how long they stay."),
  ]

  /// Reads the YAML file at `path`. Throws `unreadable`, or `invalid` with all that is wrong, a line each.
  ///
  /// - Parameter environment: variables for `${NAME}` in values; `nil` for those of the process.
  package init(path: String, environment: [String: String]? = nil) throws(ConfigurationError) {
    let environment = environment ?? ProcessInfo.processInfo.environment
    try self.init(yaml: try ConfigurationFile.text(of: path), path: path, environment: environment)
  }

  /// Reads `yaml`, the contents of a file at `path`.
  init(yaml: String, path: String, environment: [String: String]) throws(ConfigurationError) {
    self = try ConfigurationFile.read(
      Self.settings, into: CollectorConfiguration(), yaml: yaml, path: path, environment: environment
    ) { read, root, problems in
      var known: Set<String> = []
      for broker in read.brokers {
        let place = root.child("brokers")?.child(broker.name) ?? root
        let prefix = broker.mqtt.prefix ?? ""
        let levels = prefix.split(separator: "/", omittingEmptySubsequences: false)
        if levels.contains(where: { $0.isEmpty || $0.contains("#") || $0 != "+" && $0.contains("+") })
          || levels.count(where: { $0 == "+" }) > 1
        {
          problems.note(
            place.problem("expected a prefix such as yolostream, or yolostream/+ for many boxes, got \(prefix)"))
        }
        if let address = broker.mqtt.address, !known.insert("\(address) \(prefix)").inserted {
          problems.note(place.problem("another broker has the same url and prefix: expected each once"))
        }
      }
    }
  }

  private init() {}
}

/// A broker that a collector listens to.
package struct CollectedBroker: Hashable, Sendable {
  /// Its name; that of the box, where one box publishes to it.
  package let name: String
  /// How it is connected to.
  package var mqtt = MQTTSettings()

  init(named name: String) {
    self.name = name
    mqtt.prefix = "yolostream"
  }

  static let settings: [Setting<CollectedBroker>] = [
    .value(
      "url", \.mqtt.address, .brokerAddress, isRequired: true, example: "mqtt://192.0.2.10",
      "The broker: mqtt://HOST:PORT, or mqtts://HOST:PORT over TLS."),
    .value("user", \.mqtt.user, .text("the name of a user"), "Name of the user."),
    .value("password", \.mqtt.password, .text("a password"), "The user's password, such as ${MQTT_PASSWORD}."),
    .value(
      "password_file", \.mqtt.passwordFile, .text("the path of a file"), "A file with the password on its first line."),
    .value(
      "prefix", \.mqtt.prefix, .text("a topic"), example: "yolostream/+",
      "What topics of its services begin with. With + in it each service is a box of its own, called by what stands there."
    ),
    .value(
      "client_id", \.mqtt.clientID, .text("a name"),
      "What the broker knows the collector by, and keeps its messages under while it is offline."),
    .value(
      "ca", \.mqtt.authorities, .text("the path of a file"), "Authorities of the broker's certificate, in PEM form."),
    .value("cert", \.mqtt.certificate, .text("the path of a file"), "The collector's own certificate, in PEM form."),
    .value("key", \.mqtt.key, .text("the path of a file"), "The key of that certificate, not encrypted."),
  ]
}
