import MQTT
import Outputs
import Pipeline
import Synchronization

/// Reads one broker on its own thread, and reconnects when the connection is lost. Meanwhile the broker keeps the messages
/// of its session.
final class BrokerReader: Sendable {
  private struct Shared {
    var isConnected = false
    var isStopping = false
    var lastFailure: String?
  }

  /// Seconds between attempts: doubled with each, up to the last.
  private static let pauses = [0.5, 1, 2, 4, 8, 15]
  /// Seconds within which a broker must answer.
  private static let timeout = 15.0
  /// Maximum number of lines that are written together.
  private static let batch = 1000

  let topics: FleetTopics
  private let options: MQTTOptions
  private let fleet: Fleet
  private let log: @Sendable (LogLine) -> Void
  /// Called when the log has grown.
  private let grown: @Sendable () -> Void
  private let wake: WakePipe
  private let shared = Mutex(Shared())
  private let thread = OwnedThread()

  init(
    _ options: MQTTOptions, topics: FleetTopics, fleet: Fleet, log: @escaping @Sendable (LogLine) -> Void,
    grown: @escaping @Sendable () -> Void
  ) throws(MQTTError) {
    self.options = options
    self.topics = topics
    self.fleet = fleet
    self.log = log
    self.grown = grown
    wake = try WakePipe()
  }

  /// Whether the broker is connected; otherwise why not.
  var state: (isConnected: Bool, failure: String?) { shared.withLock { ($0.isConnected, $0.lastFailure) } }

  func start() throws(PipelineError) {
    try thread.start("collect") { self.run() }
  }

  /// Ends reading soon. Never waits.
  func tellEnd() {
    shared.withLock { $0.isStopping = true }
    wake.wake()
  }

  /// Ends reading. Blocks for as long as that takes.
  func stop() { thread.join(tellEnd) }

  private var isStopping: Bool { shared.withLock { $0.isStopping } }

  private static var now: Double { Double(MonotonicTime.nanoseconds) / 1e9 }

  private func run() {
    var failures = 0
    while !isStopping {
      do throws(MQTTError) { try serve { failures = 0 } } catch {
        let wasConnected = shared.withLock { shared in
          defer { (shared.isConnected, shared.lastFailure) = (false, error.description) }
          return shared.isConnected
        }
        if wasConnected || failures == 0 { log(LogLine(.warning, camera: topics.broker, error.description)) }
        let resume = Self.now + Self.pauses[min(failures, Self.pauses.count - 1)]
        failures += 1
        while !isStopping, Self.now < resume { wake.wait(seconds: resume - Self.now) }
      }
    }
    shared.withLock { $0.isConnected = false }
  }

  /// One connection, until reading ends; throws when the connection is lost.
  private func serve(accepted: () -> Void) throws(MQTTError) {
    var connection = try MQTTConnection(options)
    let start = Self.now
    var isOpen = false
    while !isStopping {
      if !isOpen, Self.now - start > Self.timeout { throw MQTTError.noAnswer(from: options.address) }
      var lines: [String] = []
      var wait = 1.0
      // Messages that have already arrived are written together.
      while lines.count < Self.batch {
        let notices = try connection.notices(within: wait, or: wake)
        if notices.isEmpty { break }
        wait = 0
        for notice in notices {
          switch notice {
          case .accepted:
            for filter in topics.filters { try connection.subscribe(to: filter) }
            isOpen = true
            accepted()
            shared.withLock { ($0.isConnected, $0.lastFailure) = (true, nil) }
            log(LogLine(.info, camera: topics.broker, "connected to \(options.address)"))
          case .refused(let reason): throw MQTTError.refusal(by: options.address, reason)
          case .message(let message): lines += fleet.take(message, topics)
          case .delivered: break
          }
        }
      }
      // What is not in the log is not confirmed: the broker sends it again, also after a kill in between.
      if write(lines) { try connection.confirm() }
    }
    connection.close(within: 1, wake)
  }

  /// Writes `lines`; waits while the disk is full. Nothing is read meanwhile, and the broker keeps the messages. Returns
  /// `false` if reading ended before they were written.
  private func write(_ lines: [String]) -> Bool {
    guard !lines.isEmpty else { return true }
    var isReported = false
    while true {
      do throws(OutputError) {
        try fleet.write(lines)
        grown()
        return true
      } catch {
        if !isReported { log(LogLine(.error, "events are not written: \(error)")) }
        isReported = true
      }
      if isStopping { return false }
      wake.wait(seconds: 1)
    }
  }
}
