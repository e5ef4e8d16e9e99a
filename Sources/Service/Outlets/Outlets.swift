import Foundation
import MQTT
import Outputs
import Pipeline
import Publishing
import Scene
import Settings
import Spooling
import Synchronization
import Webhooks

/// Where events leave the service: a broker and web servers. Each has a thread and a spool of its own; nobody waits for them.
final class Outlets: Sendable {
  private let settings: OutputSettings
  /// Where what waits for receivers is kept.
  let folder: String
  let webhooks: Mutex<[Webhook]>
  let publisher = Mutex<MQTTPublisher?>(nil)
  /// What a new publisher asks, and whom it obeys.
  private let house = Mutex<House?>(nil)
  /// When webhooks are called, by camera.
  private let hours = Mutex<[String: DayHours]>([:])
  /// What was switched off.
  let switches: SwitchBoard

  /// The state that is published to the end; `nil` while it changes.
  private final class LastState: Sendable {
    let state = Mutex<HomeState?>(nil)
  }

  private let last = LastState()

  private struct House: Sendable {
    let home: @Sendable () -> HomeState
    let obey: @Sendable (HomeCommand) -> Void
  }

  /// Outlets that do nothing yet. Throws `configuration` for a file with a secret that cannot be read.
  init(_ settings: OutputSettings) throws(ServiceError) {
    self.settings = settings
    folder = settings.stateFolder()
    switches = SwitchBoard(folder: folder)
    webhooks = Mutex(try Self.makeWebhooks(settings.webhooks, folder: folder))
  }

  /// Takes events from now on. Throws `configuration` for a file with a secret that cannot be read.
  ///
  /// - Parameters:
  ///   - home: the state as it is now; asked for after `start`.
  ///   - obey: takes what somebody asked for; must not wait.
  func open(
    home: @escaping @Sendable () -> HomeState, obey: @escaping @Sendable (HomeCommand) -> Void
  ) throws(ServiceError) {
    house.withLock { [last] in $0 = House(home: { last.state.withLock { $0 } ?? home() }, obey: obey) }
    let publisher = try makePublisher(settings)
    self.publisher.withLock { $0 = publisher }
  }

  /// Keeps what is published as it is now. To be called before cameras are stopped: they are not gone then, and Home Assistant
  /// would forget them and what its user made of them.
  func freeze() {
    let home = house.withLock { $0 }?.home()
    last.state.withLock { $0 = home }
  }

  /// A publisher that has not started; `nil` where `settings` name no broker.
  func makePublisher(_ settings: OutputSettings) throws(ServiceError) -> MQTTPublisher? {
    guard let wanted = try PublishingSettings(settings), let house = house.withLock({ $0 }) else { return nil }
    do throws(MQTTError) { return try MQTTPublisher(wanted, home: house.home, obey: house.obey) } catch {
      throw Self.failure(error)
    }
  }

  /// Calls webhooks at the hours that `cameras` have.
  func schedule(_ cameras: [CameraSettings]) {
    let hours = Dictionary(cameras.compactMap { camera in camera.alerts.hours.map { (camera.name, $0) } }) { first, _ in
      first
    }
    self.hours.withLock { $0 = hours }
  }

  /// Starts to publish. Throws `system` where events cannot be kept, or there is no thread.
  func start() throws(ServiceError) {
    do {
      try publisher.withLock { $0 }?.start()
      for webhook in webhooks.withLock({ $0 }) { try webhook.start() }
    } catch {
      stop()
      throw Self.failure(error)
    }
  }

  static func failure(_ error: any Error) -> ServiceError {
    ServiceError(.system, "cannot publish events: \(error)", cause: error)
  }

  /// Takes an event. Never waits.
  func publish(_ event: StampedEvent) {
    let publisher = self.publisher.withLock { $0 }
    let webhooks = self.webhooks.withLock { $0 }
    guard publisher != nil || !webhooks.isEmpty else { return }
    let key = SortableIdentifier.now.description
    let json = event.json
    publisher?.publish(
      PublishedEvent(key: key, camera: event.camera, json: json, snapshot: event.evidence?.snapshot), at: event.moment)
    guard !webhooks.isEmpty, switches.isOn(.alerts, of: event.camera),
      hours.withLock({ $0[event.camera] })?.contains(event.moment) ?? true
    else { return }
    let call = WebhookEvent(event, key: key, json: json)
    for webhook in webhooks { webhook.offer(call) }
  }

  /// How Frigate's form is published; `nil` where this form is not wanted.
  var frigate: PublishingSettings? {
    publisher.withLock { $0 }.map(\.settings).flatMap { $0.form == .frigate ? $0 : nil }
  }

  /// Something of the state has changed. Never waits.
  func stateChanged() { publisher.withLock { $0 }?.stateChanged() }

  /// How the broker is doing; `nil` where there is none.
  var publishing: PublisherReport? { publisher.withLock { $0 }?.report }

  /// How webhooks are doing, by name.
  var calling: [(name: String, report: WebhookReport)] {
    webhooks.withLock { $0 }.map { ($0.settings.name, $0.report) }
  }

  /// How each is doing, as the page shows it: connected, waiting for its receiver, or losing events.
  var states: [String] {
    let broker = publishing.map { report in
      OutletState(
        name: "mqtt", isConnected: report.isConnected, spool: report.spool, delivered: report.delivered,
        lost: report.dropped + report.refused, lastFailure: report.isConnected ? nil : report.lastFailure)
    }
    let hooks = calling.map { name, report in
      OutletState(
        name: "webhook \(name)", isConnected: report.spool.waiting == 0, spool: report.spool,
        delivered: report.delivered,
        lost: report.dropped + report.refused, lastFailure: report.lastFailure)
    }
    return ((broker.map { [$0] } ?? []) + hooks).map(\.json)
  }

  /// Ends everything; what was not delivered waits on the disk. Blocks for some seconds at most.
  func stop() {
    let publisher = publisher.withLock { $0.take() }
    publisher?.stop()
    for webhook in webhooks.withLock({ $0 }) { webhook.stop() }
  }
}

extension WebhookEvent {
  fileprivate init(_ event: StampedEvent, key: String, json: String) {
    self.init(
      key: key, camera: event.camera, type: event.event.kind.name, label: event.label, object: event.identifier,
      milliseconds: event.moment, json: json)
    snapshot = event.evidence?.snapshot
    places =
      event.event.object.map { $0.zones + $0.enteredZones.filter { [zones = $0.zones] in !zones.contains($0) } } ?? []
    switch event.event.kind {
    case .line(let line, _, _): places.append(line)
    case .visit(let visit):
      severity = visit.severity.rawValue
      places = visit.zones
    default: break
    }
  }
}
