import Foundation

/// A real broker (`mosquitto`) on a port of its own, with a folder of its own. Retained messages outlive `kill` where it is
/// made to keep them.
public final class Broker {
  /// The broker's program; `nil` where it is not installed.
  public static let program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// The reason of a skipped test.
  public static let absence = "skipped: needs mosquitto and mosquitto-clients"

  /// Where it listens on loopback.
  public let port: Int
  /// Its folder.
  public let folder: ScratchFolder
  private var process: Process?

  /// Starts it with `lines` in its configuration; `PORT` and `FOLDER` in them are replaced.
  public init(_ lines: String = "listener PORT 127.0.0.1\nallow_anonymous true") throws {
    port = try Loopback.freePort()
    folder = try ScratchFolder()
    // Without limits: a message that waits for its turn in the broker's memory is confirmed, and lost when it is killed.
    let unlimited = "\nmax_queued_messages 0\nmax_inflight_messages 0\npersistence false\n"
    let text = (lines + unlimited).replacing("PORT", with: "\(port)").replacing("FOLDER", with: folder.path)
    // Started by root, it would become a user who may not read the folder.
    try ("user root\n" + text).write(toFile: folder.path + "/broker.conf", atomically: true, encoding: .utf8)
  }

  deinit { kill() }

  /// Starts it and waits until it listens.
  public func start() throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.program ?? "")
    process.arguments = ["-c", folder.path + "/broker.conf"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
    guard waiting(until: { !process.isRunning || Self.isOpen(port) }), process.isRunning else {
      throw POSIXError(.ECONNREFUSED)
    }
  }

  /// Ends it at once, as a crash does.
  public func kill() {
    guard let process, process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    self.process = nil
  }

  /// Everything that is published from now on for `filter`, by an independent client.
  public func listen(to filter: String = "#", user: String? = nil, password: String = "") throws -> BrokerListener {
    try BrokerListener(port: port, filter: filter, login: user.map { ["-u", $0, "-P", password] } ?? [])
  }

  /// Publishes `text` for `topic` by an independent client.
  public func publish(_ text: String, to topic: String, isRetained: Bool = false) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/mosquitto_pub")
    process.arguments = ["-p", "\(port)", "-q", "1", "-t", topic, "-m", text] + (isRetained ? ["-r"] : [])
    try process.run()
    process.waitUntilExit()
  }

  private static func isOpen(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return Loopback.withAddress(port: port) { connect(descriptor, $0, $1) == 0 }
  }
}

/// `mosquitto_sub`, which writes down what it gets. It ends with its broker.
public final class BrokerListener {
  /// A message as it came.
  public struct Message: Hashable, Sendable {
    /// Its topic.
    public let topic: String
    /// Its bytes.
    public let payload: [UInt8]
    /// Whether the broker had kept it.
    public let wasRetained: Bool

    /// The payload as text.
    public var text: String { String(decoding: payload, as: UTF8.self) }
  }

  private let process = Process()
  private let log: String

  init(port: Int, filter: String, login: [String] = []) throws {
    log = FileManager.default.temporaryDirectory.appending(path: "listener-\(UUID().uuidString).log").path
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.executableURL = URL(filePath: "/usr/bin/stdbuf")
    // Line by line, and payloads in hexadecimal, so that images and line feeds are one word. Without confirmations: one that
    // is sent to a broker that was killed resets the connection, and what lies in it unread is gone.
    process.arguments =
      [
        "-oL", "mosquitto_sub", "-d", "-p", "\(port)", "-q", "0", "-V", "5", "-t", filter, "-F", "message %r %t %x",
      ] + login
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: log))
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Its log has a line when the broker has confirmed the subscription.
    guard waiting(until: { text.contains("Subscribed") }) else { throw POSIXError(.ETIMEDOUT) }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: log)
  }

  private var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  /// What has come so far.
  public var messages: [Message] {
    text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("message ") else { return nil }
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count >= 4 else { return nil }
      // A topic may have spaces.
      let topic = words[2..<words.count - 1].joined(separator: " ")
      let digits = Array(words[words.count - 1])
      let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
      }
      return Message(topic: topic, payload: bytes, wasRetained: words[1] == "1")
    }
  }

  /// Waits until what has come satisfies `condition`; `false` if it does not within two minutes.
  public func waits(until condition: ([Message]) -> Bool) -> Bool {
    waiting { condition(messages) }
  }
}
