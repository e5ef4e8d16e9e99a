import Foundation
package import MQTT
package import Outputs
import Pipeline
import Scene
import Spooling
import Synchronization

/// Publishes the events, state and counts of a run to a broker. Its queue of events is a folder that is removed at the end: a
/// run that ends before the broker has them all fails, and states how many are missing.
package struct BrokerSink: ~Copyable, Sink {
  /// Seconds without progress after which the end of a run gives up.
  private static let patience = 15.0

  private final class Scenery: Sendable {
    let state: Mutex<HomeState>
    init(_ camera: HomeCamera) { state = Mutex(HomeState(cameras: [camera])) }
  }

  /// The folder of the queue, removed with the sink.
  private final class Folder: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-mqtt-\(SortableIdentifier.now)").path
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private let publisher: MQTTPublisher
  private let scenery: Scenery
  private let folder: Folder
  private let context: SinkContext

  /// The kind of sink that publishes below `prefix`, to `broker`.
  ///
  /// - Parameter zones: names of the zones that objects are counted in.
  package static func kind(broker: MQTTOptions, prefix: String, zones: [String]) -> SinkKind {
    SinkKind("mqtt", "Events and counts for an MQTT broker.", target: "url", needs: [.frames, .events]) {
      _, context throws(OutputError) in
      try BrokerSink(broker, prefix: prefix, zones: zones, context)
    }
  }

  private init(
    _ broker: MQTTOptions, prefix: String, zones: [String], _ context: SinkContext
  ) throws(OutputError) {
    var camera = HomeCamera(name: HomeTopics.word(context.camera), labels: HomeCamera.labels(of: context.classes.names))
    camera.zones = zones
    let scenery = Scenery(camera)
    let folder = Folder()
    var settings = PublishingSettings(broker: broker, spool: folder.path)
    settings.form = .run
    settings.prefix = prefix
    publisher = try Self.start(settings, scenery)
    self.scenery = scenery
    self.folder = folder
    self.context = context
  }

  private static func start(
    _ settings: PublishingSettings, _ scenery: Scenery
  ) throws(OutputError) -> MQTTPublisher {
    do {
      let publisher = try MQTTPublisher(settings, home: { scenery.state.withLock { $0 } }, obey: { _ in })
      try publisher.start()
      return publisher
    } catch {
      throw OutputError(.writeFailed, "cannot publish to \(settings.broker.address): \(error)")
    }
  }

  package mutating func take(_ frame: SinkFrame) throws(OutputError) {
    let findings = frame.findings
    let counts = frame.counts.map {
      HomeCount(zone: $0.zone, label: context.classes[$0.classID], all: $0.all, active: $0.active)
    }
    change { camera in
      (camera.state, camera.width, camera.height) = ("up", findings.width, findings.height)
      camera.counts = counts
    }
  }

  package mutating func take(_ event: StampedEvent) throws(OutputError) {
    if case .cameraDown(let cause, let message) = event.event.kind {
      change { camera in
        (camera.state, camera.cause, camera.message, camera.counts) = ("down", cause, message, [])
      }
    } else if case .cameraUp = event.event.kind {
      change { camera in (camera.state, camera.cause, camera.message) = ("up", nil, nil) }
    }
    let published = PublishedEvent(key: SortableIdentifier.now.description, camera: event.camera, json: event.json)
    // Of a file the event may be years old; in the queue its age counts from now.
    let hasRoom = publisher.publishWaiting(published, at: EventClock.wallMilliseconds, seconds: Self.patience)
    guard hasRoom else { throw failure("events cannot be kept for") }
  }

  package mutating func finish() throws(OutputError) {
    let left = publisher.waitUntilDelivered(patience: Self.patience) {
      context.writeDeadline.isOver(at: MonotonicTime.nanoseconds)
    }
    let report = publisher.report
    // What is retained would be shown for ever.
    scenery.state.withLock { $0 = HomeState() }
    publisher.stop()
    let missing = left + report.refused + report.dropped + report.spool.dropped + report.spool.expired
    if missing > 0 { throw failure("\(missing.counted("event")) did not reach") }
  }

  private func failure(_ what: String) -> OutputError {
    let reason = publisher.report.lastFailure.map { ": \($0)" } ?? ""
    return OutputError(.writeFailed, "\(what) \(publisher.settings.broker.address)" + reason)
  }

  private func change(_ body: (inout HomeCamera) -> Void) {
    let hasChanged = scenery.state.withLock { state in
      let before = state.cameras[0]
      body(&state.cameras[0])
      return before != state.cameras[0]
    }
    if hasChanged { publisher.stateChanged() }
  }
}
