/// One message, sent or received.
package struct MQTTMessage: Hashable, Sendable {
  /// Its topic, without wildcards.
  package var topic: String
  /// Its bytes. An empty retained message removes the one that is retained.
  package var payload: [UInt8]
  /// Whether the broker keeps it for those who subscribe later; of a received one, whether it was kept.
  package var isRetained: Bool

  /// `payload` for `topic`.
  package init(topic: String, payload: [UInt8], isRetained: Bool = false) {
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
  }

  /// `text` for `topic`.
  package init(topic: String, text: String, isRetained: Bool = false) {
    self.init(topic: topic, payload: Array(text.utf8), isRetained: isRetained)
  }

  /// The payload as text.
  package var text: String { String(decoding: payload, as: UTF8.self) }
}

/// What a broker reported.
package enum MQTTNotice: Hashable, Sendable {
  /// It accepted the connection.
  case accepted
  /// It refused the connection; why.
  case refused(String)
  /// It has received message `id`; `refusal` is the reason why it will not distribute it (MQTT 5 only), else `nil`.
  case delivered(id: Int32, refusal: String?)
  /// A message for one of our subscriptions.
  case message(MQTTMessage)
}
