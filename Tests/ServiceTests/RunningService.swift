import Checkpoints
import Foundation
import GELAN
import Synchronization
import TestSupport
import Testing

@testable import Service

/// A service in this process, with a small network that sees things where there are none, on a port of its own.
final class RunningService: Sendable {
  let folder: URL
  let run: ServiceRun
  let port: Int
  private let task: Task<Void, any Error>
  private let output: OutputLines

  private final class OutputLines: Sendable {
    let sentences = Mutex<[String]>([])
    let stream: AsyncStream<String>
    let continuation: AsyncStream<String>.Continuation
    init() { (stream, continuation) = AsyncStream.makeStream(of: String.self) }
  }

  var configuration: URL { folder.appending(path: "service.yml") }
  var events: URL { folder.appending(path: "events.jsonl") }

  /// Its log lines so far.
  var sentences: [String] { output.sentences.withLock { $0 } }

  /// Starts a service of `cameras` (lines of YAML, two spaces in) and waits until it listens.
  ///
  /// - Parameters:
  ///   - earlier: a service that has stopped, whose folder it goes on with.
  ///   - weights: a real network in place of the small one.
  init(
    cameras: String, http: String = "", storage: String = "", outputs: String = "", more: String = "",
    after earlier: RunningService? = nil, weights: URL? = nil
  ) async throws {
    folder =
      earlier?.folder
      ?? FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let model = try weights.map { try Data(contentsOf: $0) } ?? Self.model
    try model.write(to: folder.appending(path: "model.safetensors"))
    try Self.text(
      cameras: cameras, http: http, storage: storage, outputs: outputs, more: more, folder: folder,
      size: weights == nil ? 64 : 640
    )
    .write(to: folder.appending(path: "service.yml"), atomically: true, encoding: .utf8)
    let output = OutputLines()
    self.output = output
    let run = try ServiceRun(path: folder.appending(path: "service.yml").path, findModel: { $0 ?? "" }) { line in
      let sentence = line.camera.map { "\($0): \(line.text)" } ?? line.text
      output.sentences.withLock { $0.append(sentence) }
      output.continuation.yield(sentence)
    }
    self.run = run
    task = Task {
      defer { output.continuation.finish() }
      try await run.run()
    }
    var port: Int?
    for await sentence in output.stream {
      port = sentence.firstMatch(of: /cameras?; https?:\/\/[^ ]*:(\d+)\//).flatMap { Int($0.1) }
      if port != nil { break }
    }
    guard let port else {
      try await task.value
      throw POSIXError(.ECONNREFUSED)
    }
    self.port = port
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  static func text(
    cameras: String, http: String = "", storage: String = "", outputs: String = "", more: String = "", folder: URL,
    size: Int = 64
  ) -> String {
    """
    version: 1
    model: {path: \(folder.path)/model.safetensors, imgsz: \(size), workers: 2}
    defaults: {detect: {fps: 10, motion: {gate: false}}}
    cameras:
    \(cameras)
    outputs: {events: {jsonl: {path: \(folder.path)/events.jsonl}}\(storage.isEmpty ? "" : ", storage: {path: \(folder.path)/media\(storage)}")\(outputs.isEmpty ? "" : ", " + outputs), state: \(folder.path)/state}
    http: {listen: "127.0.0.1:0"\(http.isEmpty ? "" : ", " + http)}
    \(more)
    """
  }

  /// Ends it in order.
  func stop() async throws {
    run.stop()
    try await task.value
  }

  private static let model: Data = {
    guard let model = MadeUpModel.make() else { return Data() }
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString).safetensors")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try? model.write(to: path, licence: nil, origin: "made up")
    return FileManager.default.contents(atPath: path) ?? Data()
  }()

  /// A connection to it.
  func connect() throws -> Wire { try Wire(port: port) }

  /// The answer to one request on a connection of its own.
  func get(_ path: String, method: String = "GET", headers: [String] = []) throws -> (
    status: Int, head: String, body: [UInt8]
  ) {
    let wire = try connect()
    try wire.request(path, method: method, headers: headers + ["Connection: close"])
    return try wire.answer()
  }
}

/// A plain connection for a test.
final class Wire {
  private let descriptor: Int32
  private var read: [UInt8] = []

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    let descriptor = descriptor
    guard Loopback.withAddress(port: port, { connect(descriptor, $0, $1) == 0 }) else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
  }

  deinit { close(descriptor) }

  /// Sends `text`; `false` if the other side does not want it.
  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  func request(_ path: String, method: String = "GET", headers: [String] = []) throws {
    let host = headers.contains { $0.hasPrefix("Host:") } ? [] : ["Host: 127.0.0.1"]
    let lines = ["\(method) \(path) HTTP/1.1"] + host + headers + ["", ""]
    send(lines.joined(separator: "\r\n"))
  }

  /// Reads until `word` has come; what was read up to its end. `nil` if the other side closed first.
  func wait(for word: String) throws -> String? {
    let wanted = Array(word.utf8)
    while true {
      if let range = read.firstRange(of: wanted) {
        defer { read.removeSubrange(..<range.upperBound) }
        return String(decoding: read[..<range.upperBound], as: UTF8.self)
      }
      if try !more() { return nil }
    }
  }

  /// The next image of a live view; `nil` if the other side closed first.
  func jpeg() throws -> [UInt8]? {
    guard try wait(for: "Content-Length: ") != nil, let length = try wait(for: "\r\n\r\n") else { return nil }
    let count = Int(length.prefix { $0.isNumber }) ?? 0
    while read.count < count { guard try more() else { return nil } }
    defer { read.removeSubrange(..<count) }
    return Array(read[..<count])
  }

  /// An answer with a length, or all until the other side closes; status 0 if it closed without an answer.
  func answer() throws -> (status: Int, head: String, body: [UInt8]) {
    guard let head = try wait(for: "\r\n\r\n") else { return (0, "", []) }
    let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let length = head.firstMatch(of: /(?i)content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
    while read.count < length, try more() {}
    return (status, head, Array(read.prefix(length)))
  }

  private func more() throws -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    if count < 0 && errno == EAGAIN { throw POSIXError(.ETIMEDOUT) }
    read += bytes.prefix(max(0, count))
    return count > 0
  }
}
