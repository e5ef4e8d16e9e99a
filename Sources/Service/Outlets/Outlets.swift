import Foundation
import LiveView
import MQTT
import Outputs
import Pipeline
import Publishing
import Scene
import Settings
import Spooling
import Synchronization
import Webhooks

/// Sends events to receivers outside of the service: a broker and web servers. Each has its own thread and spool, so nothing
/// waits for them.
final class Outlets: Sendable {
  private let settings: OutputSettings
  /// The folder of the spools.
  let folder: String
  let webhooks: Mutex<[Webhook]>
  let publisher = Mutex<MQTTPublisher?>(nil)
  /// State and commands for a new publisher.
  private let house = Mutex<House?>(nil)
  /// Hours in which webhooks are called, by camera.
  let hours = Mutex<[String: DayHours]>([:])
  /// The switches of cameras.
  let switches: SwitchBoard

  /// The state that is published from `freeze` on; `nil` before.
  private final class LastState: Sendable {
    let state = Mutex<HomeState?>(nil)
  }

  private let last = LastState()

  private struct House: Sendable {
    let home: @Sendable () -> HomeState
    let obey: @Sendable (HomeCommand) -> Void
  }

  /// Outlets that are not started yet. Throws `configuration` for a file with a secret that cannot be read.
  init(_ settings: OutputSettings) throws(ServiceError) {
    self.settings = settings
    folder = settings.stateFolder()
    switches = SwitchBoard(folder: folder)
    webhooks = Mutex(try Self.makeWebhooks(settings.webhooks, folder: folder))
  }

  /// Accepts events from now on. Throws `configuration` for a file with a secret that cannot be read.
  ///
  /// - Parameters:
  ///   - home: returns the present state; called after `start`.
  ///   - obey: executes a command; must not wait.
  func open(
    home: @escaping @Sendable () -> HomeState, obey: @escaping @Sendable (HomeCommand) -> Void
  ) throws(ServiceError) {
    house.withLock { [last] in $0 = House(home: { last.state.withLock { $0 } ?? home() }, obey: obey) }
    let publisher = try makePublisher(settings)
    self.publisher.withLock { $0 = publisher }
  }

  /// Freezes the published state. Has to be called before cameras are stopped: otherwise Home Assistant would remove them and
  /// what its user configured for them.
  func freeze() {
    let home = house.withLock { $0 }?.home()
    last.state.withLock { $0 = home }
  }

  /// What `settings` say about publishing; `nil` where they name no broker. Throws `configuration` for a file that cannot be read.
  func publishing(by settings: OutputSettings) throws(ServiceError) -> PublishingSettings? {
    var wanted = try PublishingSettings(settings)
    // Another folder holds from the next start on.
    wanted?.spool = folder + "/mqtt"
    return wanted
  }

  /// A publisher that has not started; `nil` where `settings` name no broker.
  func makePublisher(_ settings: OutputSettings) throws(ServiceError) -> MQTTPublisher? {
    guard let wanted = try publishing(by: settings), let house = house.withLock({ $0 }) else { return nil }
    do throws(MQTTError) {
      return try MQTTPublisher(wanted, home: house.home, obey: house.obey, draw: EventImage.drawn)
    } catch {
      throw Self.failure(error)
    }
  }

  /// Sets the hours in which webhooks are called, from `cameras`.
  func schedule(_ cameras: [CameraSettings]) {
    let hours = Dictionary(cameras.compactMap { camera in camera.alerts.hours.map { (camera.name, $0) } }) { first, _ in
      first
    }
    self.hours.withLock { $0 = hours }
  }

  /// Starts to publish. Throws `system` if events cannot be spooled, or there is no thread left.
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

  /// Queues an event. Never waits.
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

  /// Settings of Frigate's format; `nil` for another format.
  var frigate: PublishingSettings? {
    publisher.withLock { $0 }.map(\.settings).flatMap { $0.form == .frigate ? $0 : nil }
  }

  /// Notes that the state has changed. Never waits.
  func stateChanged() { publisher.withLock { $0 }?.stateChanged() }

  /// State of the broker; `nil` if there is none.
  var publishing: PublisherReport? { publisher.withLock { $0 }?.report }

  /// State of the webhooks, by name.
  var calling: [(name: String, report: WebhookReport)] {
    webhooks.withLock { $0 }.map { ($0.settings.name, $0.report) }
  }

  /// State of all receivers for the page: connected, waiting, or losing events.
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

  /// Ends all; events that were not delivered wait on the disk. Blocks for at most some seconds.
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
    isArrival = event.event.object?.isArrival ?? false
    places =
      event.event.object.map { $0.zones + $0.enteredZones.filter { [zones = $0.zones] in !zones.contains($0) } } ?? []
    switch event.event.kind {
    case .line(let line, _, _): places.append(line)
    case .visit(let visit):
      severity = visit.severity.rawValue
      places = visit.zones
      visitors = event.visitors.labels
    default: break
    }
  }
}
