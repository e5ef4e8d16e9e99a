import MQTT
import Spooling

/// What is sent over one connection to a broker, and what was confirmed. A value without a connection: it returns what is
/// to be sent.
struct BrokerSession {
  /// Events that are sent before the first of them is confirmed.
  private static let window = 128

  private struct Underway {
    /// Of the message; `nil` for an event that is not sent.
    let id: Int32?
    let place: SpoolPlace
    var isConfirmed = false
  }

  private let form: any PublishedForm
  /// `nil` where nothing is announced to Home Assistant.
  private let discovery: Discovery?
  /// What stands in retained topics by what was sent over this connection.
  private var sent: [String: [UInt8]] = [:]
  private var devices: [Discovery.Device] = []
  private var home = HomeState()
  private var underway: [Underway] = []
  /// Whether the broker accepted the connection and has had the first state.
  private(set) var isOpen = false

  init(form: any PublishedForm, discovery: Discovery?) {
    self.form = form
    self.discovery = discovery
  }

  /// What to subscribe to.
  var subscriptions: [String] {
    form.commands + (discovery.map { [$0.status, $0.announcements] } ?? [])
  }

  /// What is sent first: devices, then all that is retained, and `online` when that is out.
  mutating func open(_ home: HomeState) -> [MQTTMessage] {
    isOpen = true
    return changes(to: home) + [MQTTMessage(topic: form.available, text: "online", isRetained: true)]
  }

  /// What has changed since the last call.
  mutating func changes(to home: HomeState) -> [MQTTMessage] {
    guard home != self.home || sent.isEmpty else { return [] }
    let isAnnounced = home.hasSameEntities(as: self.home) && !devices.isEmpty
    let gone = self.home.cameras.filter { old in !home.cameras.contains { $0.name == old.name } }
    self.home = home
    var messages: [MQTTMessage] = []
    // Devices are many words, and counts change all the time.
    if let discovery, !isAnnounced {
      let devices = discovery.devices(of: home)
      messages += discovery.messages(devices, before: self.devices)
      self.devices = devices
    }
    let wanted = form.messages(of: home)
    messages += wanted.filter { sent[$0.topic] != $0.payload }
    let kept = Set(wanted.map(\.topic))
    let left = sent.keys.filter { !kept.contains($0) }.sorted()
    messages += left.map { MQTTMessage(topic: $0, payload: [], isRetained: true) } + gone.flatMap(form.clearings)
    sent = Dictionary(wanted.map { ($0.topic, $0.payload) }) { $1 }
    return messages
  }

  /// What answers a message of the broker: Home Assistant has started, or remembers what is gone.
  mutating func answer(_ message: MQTTMessage) -> [MQTTMessage] {
    guard let discovery else { return [] }
    if message.topic == discovery.status, message.text == "online", !message.isRetained {
      return discovery.messages(devices) + form.messages(of: home)
        + [MQTTMessage(topic: form.available, text: "online", isRetained: true)]
    }
    return discovery.device(in: message).map { discovery.corrections(of: $0, to: devices) } ?? []
  }

  /// Whether another event may be sent.
  var hasRoom: Bool { isOpen && underway.count < Self.window }

  /// Whether all events that were sent are confirmed.
  var isSettled: Bool { underway.isEmpty }

  /// The event of a spool that ends at `place` was sent as message `id`.
  mutating func note(_ id: Int32, place: SpoolPlace) { underway.append(Underway(id: id, place: place)) }

  /// The event of a spool that ends at `place` is not sent; up to which place all are confirmed now, if that has changed.
  mutating func skip(_ place: SpoolPlace) -> SpoolPlace? {
    underway.append(Underway(id: nil, place: place, isConfirmed: true))
    return settle()
  }

  /// The broker has message `id`; up to which place all events are confirmed now, if that has changed.
  mutating func confirm(_ id: Int32) -> SpoolPlace? {
    guard let index = underway.firstIndex(where: { $0.id == id }) else { return nil }
    underway[index].isConfirmed = true
    return settle()
  }

  private mutating func settle() -> SpoolPlace? {
    let confirmed = underway.prefix { $0.isConfirmed }
    underway.removeFirst(confirmed.count)
    return confirmed.last?.place
  }
}
