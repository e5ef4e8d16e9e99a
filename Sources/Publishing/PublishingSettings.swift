package import MQTT
package import Spooling

/// How cameras are published to a broker.
package struct PublishingSettings: Hashable, Sendable {
  /// The broker.
  package var broker: MQTTOptions
  /// Whose topics and payloads these are.
  package enum Form: String, Hashable, Sendable, CaseIterable {
    /// This program's own.
    case native
    /// Frigate's.
    case frigate
    /// This program's own, without what belongs to a service: its figures and switches.
    case run
  }

  /// Whose topics and payloads these are.
  package var form = Form.native
  /// What topics begin with.
  package var prefix = "yolostream"
  /// What Home Assistant listens to; `nil` announces nothing.
  package var discovery: String? = "homeassistant"
  /// Folder of the events that the broker does not have yet.
  package var spool: String
  /// Limits of their size and age.
  package var limits = SpoolLimits()

  package init(broker: MQTTOptions, spool: String) {
    self.broker = broker
    self.spool = spool
  }
}

/// How publishing is doing.
package struct PublisherReport: Hashable, Sendable {
  /// Whether the broker takes messages.
  package var isConnected = false
  /// Connections that were made.
  package var connections = 0
  /// Events that the broker confirmed.
  package var delivered = 0
  /// Events that were lost because they came faster than the disk takes them, or are too large.
  package var dropped = 0
  /// Messages that the broker does not pass on.
  package var refused = 0
  /// What waits on the disk.
  package var spool = SpoolReport()
  /// Why it was not connected last, or what could not be written.
  package var lastFailure: String?

  package init() {}
}
