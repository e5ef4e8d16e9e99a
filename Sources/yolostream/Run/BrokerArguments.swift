import ArgumentParser
import Foundation
import MQTT
import Outputs
import Publishing

/// The broker that a run publishes to.
struct BrokerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Publish events and counts to a broker, \(MQTTAddress.form); user and password in MQTT_USER and MQTT_PASSWORD.",
      valueName: "url"))
  var mqtt: String?

  @Option(help: ArgumentHelp("What its topics begin with. (default: yolostream)", valueName: "topic"))
  var mqttPrefix: String?

  @Option(help: ArgumentHelp("Authorities of the broker's certificate, in PEM form.", valueName: "file"))
  var mqttCa: String?

  var isNamed: Bool { mqtt != nil }

  func validate() throws {
    if mqtt == nil, let option = [(mqttPrefix, "--mqtt-prefix"), (mqttCa, "--mqtt-ca")].first(where: { $0.0 != nil }) {
      throw ValidationError("\(option.1) needs a broker, --mqtt mqtt://HOST")
    }
    if let mqttPrefix, mqttPrefix.isEmpty || mqttPrefix.contains(where: { "+#".contains($0) }) {
      throw ValidationError("--mqtt-prefix \(mqttPrefix): expected a topic without + and #")
    }
    if let mqtt, MQTTAddress(parsing: mqtt) == nil {
      // The text is not repeated: it may hold a password.
      throw ValidationError("--mqtt: expected \(MQTTAddress.form)")
    }
  }

  /// The output that publishes; `nil` where no broker is named.
  func request(
    zones: [String], environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> SinkRequest? {
    guard let address = mqtt.flatMap(MQTTAddress.init(parsing:)) else { return nil }
    // Two runs with one name would disconnect each other.
    var options = MQTTOptions(address: address, clientID: "yolostream-\(SortableIdentifier.now)")
    options.user = options.user ?? environment["MQTT_USER"]
    options.password = options.password ?? environment["MQTT_PASSWORD"]
    options.tls.authorities = mqttCa
    let kind = BrokerSink.kind(broker: options, prefix: mqttPrefix ?? "yolostream", zones: zones)
    return SinkRequest(kind, target: address.description)
  }
}
