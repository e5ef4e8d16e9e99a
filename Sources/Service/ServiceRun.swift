import Checkpoints
package import EventStore
import Foundation
package import GELAN
package import Inference
import Outputs
import Pipeline
import Publishing
import Recording
import Scene
import Settings
import Synchronization
import Web

/// The service from its start to its end: cameras, web server, notifications of systemd.
package final class ServiceRun: Sendable {
  enum Command: Sendable {
    case stop
    case reload(CheckedContinuation<ReloadOutcome, Never>?)
    case switched(HomeCommand, CheckedContinuation<ReloadOutcome, Never>)
    /// The broker asked for a switch; how it is to be is in `wanted`, by a command that is on.
    case wanted(HomeCommand)
    case beat
  }

  struct State {
    var configuration: ServiceConfiguration
    var configured = Date.now
    var isRunning = false
    var events = WriteFailures("events")
    var recordings = WriteFailures("recordings")
    var memories = WriteFailures("memories of cameras")
  }

  let supervisor: Supervisor
  /// The event history; `nil` if events are not kept.
  package let history: EventHistory?
  /// Receivers of events, and the switches of cameras.
  let outlets: Outlets
  private let path: String
  let log: @Sendable (LogLine) -> Void
  private let systemd = SystemdLink()
  private let identity: TLSIdentity?
  let state: Mutex<State>
  let start = MonotonicTime.nanoseconds
  /// Rates of cameras, for Frigate's HTTP interface.
  let rates = CameraRates()
  /// How switches are to be that the broker asked for, by a command that is on: of many only the newest counts.
  private let wanted = Mutex<[HomeCommand: Bool]>([:])
  private let commands: AsyncStream<Command>
  let orders: AsyncStream<Command>.Continuation

  /// Reads the configuration at `path` and loads its model. Throws `ServiceError`, `ModelError` or `OutputError`.
  ///
  /// - Parameters:
  ///   - findModel: the file of the model that the configuration names, or of the default model.
  ///   - choosePrecision: the precision of the network.
  ///   - log: receives lines for the operator; called from many threads.
  package init(
    path: String, findModel: (String?) throws -> String,
    choosePrecision: (InferenceModel, Detector.Options) throws -> CompilationOptions.Precision = { _, _ in .f32 },
    log: @escaping @Sendable (LogLine) -> Void
  ) throws {
    self.path = path
    self.log = log
    let configuration = try Self.configuration(at: path)
    state = Mutex(State(configuration: configuration))
    identity = configuration.http.tls.certificate == nil ? nil : try Self.identity(configuration.http.tls)
    let model = try InferenceModel(path: try findModel(configuration.model.path))
    let side = model.imageSize ?? 640
    var options = Detector.Options()
    (options.width, options.height) = configuration.model.size.map { ($0.width, $0.height) } ?? (side, side)
    options.precision = try choosePrecision(model, options)
    let detector = Detector(model, options: options)
    let storage = configuration.outputs.storage
    outlets = try Outlets(configuration.outputs)
    let media = if let path = storage.path { try MediaFolder(path: path) } else { nil as MediaFolder? }
    supervisor = try Supervisor(
      detector: detector, workers: configuration.model.workers,
      journal: try Journal(
        path: configuration.outputs.eventLog, rotation: configuration.outputs.events.lines.rotation, outlets: outlets,
        log: log),
      media: media, limits: storage,
      memories: MemoryFolder(events: configuration.outputs.events.lines.path, recordings: storage.path),
      switches: outlets.switches)
    history = Self.history(configuration.outputs, log: log)
    (commands, orders) = AsyncStream.makeStream(of: Command.self)
  }

  /// Ends `run` in an orderly way; from any thread.
  package func stop() { orders.yield(.stop) }

  /// Reads the configuration again and applies changes; from any thread.
  package func reload() { orders.yield(.reload(nil)) }

  /// Runs until `stop`. Throws `ServiceError` if it cannot start.
  package func run() async throws(ServiceError) {
    let configuration = state.withLock { $0.configuration }
    let failure = Mutex<ServiceError?>(nil)
    var memories: [String: CameraMemory] = [:]
    retainByHistory()
    do throws(WebError) { try EventLoops.start() } catch { throw ServiceError(error) }
    do throws(ServiceError) {
      // Before the cameras, whose first events must not be missed; what is announced is all of them, so after they are known.
      try outlets.open(home: { [supervisor, outlets] in supervisor.home(outlets.switches) }) { [weak self] command in
        self?.ask(command)
      }
      outlets.schedule(configuration.cameras)
      memories = supervisor.memories(of: configuration.cameras)
      _ = try await supervisor.watch(outlets.switches.apply(to: configuration.cameras))
      try outlets.start()
    } catch {
      await supervisor.stop()
      await history?.stop()
      throw error
    }
    let filling = Task { [memories] in await fillHistory(memories) }
    let server = Task {
      do throws(WebError) {
        let server = WebServer(settings: configuration.http, identity: identity, service: self)
        try await server.run { port in self.isListening(port) }
      } catch {
        failure.withLock { $0 = ServiceError(error) }
      }
      orders.yield(.stop)
    }
    let beats = Task { for await _ in Ticker.beats(every: beatInterval) { orders.yield(.beat) } }
    await obey()
    await refuse()
    beats.cancel()
    state.withLock { $0.isRunning = false }
    systemd.stopping()
    outlets.freeze()
    await supervisor.stop()
    await stopOutlets()
    reportWriteFailures()
    server.cancel()
    await server.value
    await filling.value
    await history?.stop()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private var beatInterval: Double { min(5, (systemd.watchdogInterval ?? 15) / 3) }

  private func obey() async {
    for await command in commands {
      switch command {
      case .stop: return
      case .beat: beat()
      case .reload(let answer):
        let outcome = await change()
        switch outcome {
        case .done(let sentence): log(LogLine(.info, sentence))
        case .refused(let reason): log(LogLine(.error, "the configuration was not changed: \(reason)"))
        }
        outlets.stateChanged()
        answer?.resume(returning: outcome)
      case .switched(let command, let answer):
        let outcome = await obey(command)
        outlets.stateChanged()
        answer.resume(returning: outcome)
      case .wanted(var command):
        guard let isOn = wanted.withLock({ $0.removeValue(forKey: command) }) else { continue }
        command.isOn = isOn
        _ = await obey(command)
        outlets.stateChanged()
      }
    }
  }

  /// Takes a command of the broker. Never waits, and however many come, no more than one a switch is kept.
  func ask(_ command: HomeCommand) {
    guard state.withLock({ $0.configuration.cameras.contains { $0.name == command.camera } }) else { return }
    let place = HomeCommand(camera: command.camera, toggle: command.toggle, isOn: true)
    let isNew = wanted.withLock { $0.updateValue(command.isOn, forKey: place) == nil }
    if isNew { orders.yield(.wanted(place)) }
  }

  /// Accepts no more orders; those that wait are answered with the end of the service.
  private func refuse() async {
    orders.finish()
    for await command in commands {
      switch command {
      case .reload(let answer?), .switched(_, let answer): answer.resume(returning: .refused(Self.ending))
      default: break
      }
    }
  }

  static let ending = "the service is stopping"

  private func isListening(_ port: Int) {
    state.withLock { $0.isRunning = true }
    let address = ListenAddress(host: state.withLock { $0.configuration.http.listen.host }, port: port)
    log(
      LogLine(
        .info,
        "watching \(supervisor.cameras.count(where: \.settings.isEnabled).counted("camera")); "
          + (identity == nil ? "http" : "https") + "://\(address)/"))
    systemd.ready(summary)
  }

  /// Notes what has failed or is offline, and notifies systemd's watchdog while cameras and workers make progress.
  private func beat() {
    reportWriteFailures()
    supervisor.noteOutages()
    guard state.withLock({ $0.isRunning }) else { return }
    if let stuck = supervisor.stuck {
      systemd.status("stuck: \(stuck)")
    } else {
      systemd.alive()
      systemd.status(summary)
    }
  }

  /// Logs when writes to the disk start to fail, and when they succeed again.
  private func reportWriteFailures() {
    let events = supervisor.journal.report, recordings = supervisor.recordings?.files ?? MediaFolder.Report()
    let memories = supervisor.memories ?? MemoryKeeper.Report()
    let lines = state.withLock { state in
      [
        state.events.line(
          failures: events.losses.failures,
          successes: events.counts.values.reduce(0, +) - events.losses.failures, reason: events.losses.lastFailure),
        state.recordings.line(
          failures: recordings.clipFailures + recordings.snapshotFailures + recordings.segmentFailures,
          successes: recordings.clips + recordings.snapshots + recordings.segments, reason: recordings.lastFailure),
        state.memories.line(
          failures: memories.failures, successes: memories.successes, reason: memories.lastFailure),
      ]
    }
    for line in lines.compactMap(\.self) { log(line) }
  }

  private var summary: String {
    let reports = supervisor.cameras.map(\.report).filter(\.isEnabled)
    return "\(reports.count { $0.stateName == "up" }) of \(reports.count.counted("camera")) up"
  }

  private static func configuration(at path: String) throws(ServiceError) -> ServiceConfiguration {
    do throws(ConfigurationError) { return try ServiceConfiguration(path: path) } catch { throw ServiceError(error) }
  }

  private static func identity(_ settings: HTTPSettings.TLS) throws(ServiceError) -> TLSIdentity {
    do throws(WebError) { return try TLSIdentity(settings) } catch { throw ServiceError(error) }
  }

  private func change() async -> ReloadOutcome {
    systemd.reloading()
    defer { systemd.ready(summary) }
    let before = state.withLock { $0.configuration }
    do throws(ServiceError) {
      let next = try Self.configuration(at: path)
      let changes = try await supervisor.watch(outlets.switches.apply(to: next.cameras))
      // A configuration that is refused changes nothing.
      outlets.schedule(next.cameras)
      let problems = await changeOutlets(from: before.outputs, to: next.outputs)
      do throws(OutputError) {
        let outputs = next.outputs
        try await supervisor.journal.reopen(at: outputs.eventLog, rotation: outputs.events.lines.rotation)
      } catch {
        log(LogLine(.error, "events go on to where they went: \(error)"))
      }
      do throws(WebError) { try identity?.reread() } catch {
        log(LogLine(.error, "the certificate stays what it was: \(error)"))
      }
      state.withLock { state in
        state.configuration = next
        state.configured = .now
      }
      let later = [
        ("model", before.model != next.model), ("http", before.http != next.http),
        ("outputs.storage.path", !supervisor.keep(next.outputs.storage)),
        (
          "outputs.events.sqlite",
          before.outputs.eventStore != next.outputs.eventStore || before.outputs.eventLog != next.outputs.eventLog
        ), ("outputs.events.footage", before.outputs.events.footage != next.outputs.events.footage),
        ("outputs.state", before.outputs.state != next.outputs.state),
      ].filter(\.1).map(\.0)
      return .done(
        "configuration read: \(changes.kept.counted("camera")) unchanged, \(changes.started) started, \(changes.stopped) stopped"
          + (later.isEmpty ? "" : "; \(later.joined(separator: " and ")) will change at the next start")
          + problems.map { "; " + $0 }.joined())
    } catch {
      return .refused(error.description)
    }
  }
}
