package import EventStore
import Foundation
import MQTT
import Outputs
import Pipeline
import Recording
import Scene
import Settings
import Synchronization
import Web

/// The collector of a fleet from its start to its end: readers of brokers, log and store of their events, and the web server
/// that shows them.
package final class CollectorRun: Sendable {
  private let configuration: CollectorConfiguration
  private let identity: TLSIdentity?
  private let log: @Sendable (LogLine) -> Void
  private let systemd = SystemdLink()
  private let orders: AsyncStream<Void>.Continuation
  private let ends: AsyncStream<Void>
  private let isRunning = Mutex(false)
  let fleet: Fleet
  let readers: [BrokerReader]
  /// The event history.
  package let history: EventHistory?
  let media: MediaFolder?
  private let retention: Retention?
  let start = MonotonicTime.nanoseconds

  /// Reads the configuration at `path` and opens log and store. Throws `ServiceError`, `OutputError`, `EventStoreError` or
  /// `PipelineError`.
  ///
  /// - Parameter log: receives lines for the operator; called from many threads.
  package init(path: String, log: @escaping @Sendable (LogLine) -> Void) throws {
    let configuration: CollectorConfiguration
    do throws(ConfigurationError) { configuration = try CollectorConfiguration(path: path) } catch {
      throw ServiceError(error)
    }
    self.configuration = configuration
    self.log = log
    let tls = configuration.http.tls
    do throws(WebError) { identity = tls.certificate == nil ? nil : try TLSIdentity(tls) } catch {
      throw ServiceError(error)
    }
    let outputs = configuration.outputs
    guard let lines = outputs.eventLog, let store = outputs.eventStore else {
      throw ServiceError(.configuration, "\(path): expected outputs.events.jsonl.path, where events go")
    }
    let media = if let path = outputs.storage.path { try MediaFolder(path: path) } else { nil as MediaFolder? }
    self.media = media
    let fleet = try Fleet(log: lines, rotation: outputs.events.lines.rotation, media: media)
    self.fleet = fleet
    let history = try EventHistory(path: store, log: lines)
    self.history = history
    var readers: [BrokerReader] = []
    for broker in configuration.brokers {
      var options = try MQTTOptions(broker.mqtt, clientID: "yolostream-collector", place: "brokers.\(broker.name)")
      (options.keepsSession, options.confirmsOnRequest) = (true, true)
      let topics = FleetTopics(broker: broker.name, prefix: broker.mqtt.prefix ?? "yolostream")
      do throws(MQTTError) {
        readers.append(
          try BrokerReader(options, topics: topics, fleet: fleet, log: log) { history.notify() })
      } catch { throw ServiceError(.system, "cannot read \(broker.name): \(error)", cause: error) }
    }
    self.readers = readers
    retention = if let media { try Retention(outputs.storage, folder: media) } else { nil }
    (ends, orders) = AsyncStream.makeStream(of: Void.self)
  }

  /// Ends `run` in an orderly way; from any thread.
  package func stop() { orders.yield() }

  /// Collects until `stop`. Throws `ServiceError` if it cannot start.
  package func run() async throws(ServiceError) {
    let failure = Mutex<ServiceError?>(nil)
    if let history { retention?.change { [log] in $0.knowledge = RetentionRules.Knowledge(of: history, log: log) } }
    do throws(WebError) { try EventLoops.start() } catch { throw ServiceError(error) }
    for reader in readers {
      do throws(PipelineError) { try reader.start() } catch {
        throw ServiceError(.system, "cannot start a thread: \(error)", cause: error)
      }
    }
    let server = Task { [configuration, identity] in
      do throws(WebError) {
        try await WebServer(settings: configuration.http, identity: identity, service: self).run { port in
          self.isListening(port)
        }
      } catch {
        failure.withLock { $0 = ServiceError(error) }
      }
      orders.yield()
    }
    let beats = Task {
      for await _ in Ticker.beats(every: min(5, (systemd.watchdogInterval ?? 15) / 3)) { systemd.alive() }
    }
    for await _ in ends { break }
    beats.cancel()
    isRunning.withLock { $0 = false }
    systemd.stopping()
    await stopReading()
    server.cancel()
    await server.value
    await retention?.stop()
    await history?.stop()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func isListening(_ port: Int) {
    isRunning.withLock { $0 = true }
    let address = ListenAddress(host: configuration.http.listen.host, port: port)
    log(
      LogLine(
        .info,
        "collecting from \(readers.count.counted("broker")); " + (identity == nil ? "http" : "https") + "://\(address)/"
      )
    )
    systemd.ready("collecting from \(readers.count.counted("broker"))")
  }

  /// Ends the readers on a thread of its own, all at the same time: each may take a second.
  private func stopReading() async {
    await WorkThread.execute("farewell") { [readers] in
      for reader in readers { reader.tellEnd() }
      for reader in readers { reader.stop() }
    }
  }

  var isReady: Bool { isRunning.withLock { $0 } }
}
