import Foundation
import MQTT
import Outputs
import Pipeline
import Publishing
import Scene
import Settings
import Synchronization
import Webhooks

/// Where events leave the service: a broker and web servers. Each has a thread and a spool of its own; nobody waits for them.
final class Outlets: Sendable {
  private let settings: OutputSettings
  private let webhooks: [Webhook]
  private let publisher = Mutex<MQTTPublisher?>(nil)
  /// What was switched off.
  let switches: SwitchBoard

  /// Outlets that do nothing yet. Throws `configuration` for a file with a secret that cannot be read.
  init(_ settings: OutputSettings) throws(ServiceError) {
    self.settings = settings
    let folder = settings.stateFolder()
    switches = SwitchBoard(folder: folder)
    var webhooks: [Webhook] = []
    for hook in settings.webhooks {
      webhooks.append(Webhook(try WebhookSettings(hook), spool: "\(folder)/webhooks/\(hook.name)"))
    }
    self.webhooks = webhooks
  }

  /// Takes events from now on. Throws `configuration` for a file with a secret that cannot be read.
  ///
  /// - Parameters:
  ///   - home: the state as it is now; asked for after `start`.
  ///   - obey: takes what somebody asked for; must not wait.
  func open(
    home: @escaping @Sendable () -> HomeState, obey: @escaping @Sendable (HomeCommand) -> Void
  ) throws(ServiceError) {
    guard let wanted = try PublishingSettings(settings) else { return }
    do throws(MQTTError) {
      let publisher = try MQTTPublisher(wanted, home: home, obey: obey)
      self.publisher.withLock { $0 = publisher }
    } catch { throw Self.failure(error) }
  }

  /// Starts to publish. Throws `system` where events cannot be kept, or there is no thread.
  func start() throws(ServiceError) {
    do {
      try publisher.withLock { $0 }?.start()
      for webhook in webhooks { try webhook.start() }
    } catch {
      stop()
      throw Self.failure(error)
    }
  }

  private static func failure(_ error: any Error) -> ServiceError {
    ServiceError(.system, "cannot publish events: \(error)", cause: error)
  }

  /// Takes an event. Never waits.
  func publish(_ event: StampedEvent) {
    let publisher = self.publisher.withLock { $0 }
    guard publisher != nil || !webhooks.isEmpty else { return }
    let key = SortableIdentifier.now.description
    let json = event.json
    publisher?.publish(
      PublishedEvent(key: key, camera: event.camera, json: json, snapshot: event.evidence?.snapshot), at: event.moment)
    guard !webhooks.isEmpty, switches.isOn(.alerts, of: event.camera) else { return }
    let call = WebhookEvent(event, key: key, json: json)
    for webhook in webhooks { webhook.offer(call) }
  }

  /// Something of the state has changed. Never waits.
  func stateChanged() { publisher.withLock { $0 }?.stateChanged() }

  /// How the broker is doing; `nil` where there is none.
  var publishing: PublisherReport? { publisher.withLock { $0 }?.report }

  /// How webhooks are doing, by name.
  var calling: [(name: String, report: WebhookReport)] { webhooks.map { ($0.settings.name, $0.report) } }

  /// Ends everything; what was not delivered waits on the disk. Blocks for some seconds at most.
  func stop() {
    let publisher = publisher.withLock { $0.take() }
    publisher?.stop()
    for webhook in webhooks { webhook.stop() }
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
