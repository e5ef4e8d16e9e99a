import Foundation

@testable import EventStore

/// Lines of an event log, as the tests need them.
enum Lines {
  /// 2026-11-23T18:39:27Z.
  static let noon: Int64 = 1_795_459_167_000

  /// The identifier of event `number` that began at `moment`.
  static func id(_ number: Int, at moment: Int64 = noon) -> String {
    let tail = String(number)
    return EventIdentifier.least(at: moment).prefix(26 - tail.count) + tail
  }

  static func line(
    _ type: String, _ id: String, camera: String = "front", label: String? = "person", seq: Int = 0,
    score: Double = 0.5, entered: [String] = [], more: String = ""
  ) -> String {
    let zones = "[" + entered.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    let object =
      label.map { ",\"label\":\"\($0)\",\"score\":\(score),\"top_score\":\(score),\"zones\":[],\"entered\":\(zones)" }
      ?? ""
    return "{\"v\":2,\"id\":\"\(id)\",\"type\":\"\(type)\",\"camera\":\"\(camera)\",\"seq\":\(seq),"
      + "\"ts\":\"2026-11-23T18:39:27.000Z\"\(object)\(more)}\n"
  }

  static func end(_ id: String, camera: String = "front", label: String = "person", seq: Int = 1, clip: String? = nil)
    -> String
  {
    line(
      "end", id, camera: camera, label: label, seq: seq,
      more:
        ",\"end\":\"2026-11-23T18:40:27.000Z\",\"snapshot\":\"s.jpg\",\"clip\":\(clip.map { "\"\($0)\"" } ?? "null")")
  }
}

/// A folder of its own, removed at the end.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func append(_ text: String, to name: String) throws {
    let path = file(name)
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
    guard let handle = FileHandle(forWritingAtPath: path) else { throw POSIXError(.ENOENT) }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
  }
}

extension EventQuery {
  /// Of conditions such as `camera=front`.
  static func reading(_ words: [String]) throws -> EventQuery {
    var query = EventQuery()
    for word in words {
      let parts = word.split(separator: "=").map(String.init)
      try query.set(parts[0], parts[1])
    }
    return query
  }
}

extension EventDatabase {
  static func filled(_ lines: [String]) throws -> EventDatabase {
    let database = try EventDatabase(inMemory: TimeZone(secondsFromGMT: 0) ?? .current)
    _ = try database.add(Data(lines.joined().utf8), ofLog: "x", readTo: 1)
    return database
  }

  func ids(_ words: [String: String]) async throws -> [String] {
    var query = EventQuery()
    for (name, value) in words { try query.set(name, value) }
    return try await events(query).events.map(\.id)
  }
}
