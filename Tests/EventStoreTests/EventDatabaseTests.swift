import Foundation
import Synchronization
import Testing

@testable import EventStore

@Suite struct EventDatabaseTests {
  private let utc = TimeZone(secondsFromGMT: 0) ?? .current

  @Test func `an event is its last line, with what all lines say`() async throws {
    let id = Lines.id(1)
    let database = try EventDatabase.filled([
      Lines.line("start", id, score: 0.9), Lines.line("line", id, seq: 1, entered: ["yard"]),
      Lines.end(id, seq: 2, clip: "c.mp4"),
      // Zones are left with the end: that does not hide it.
      Lines.line("zone_exit", id, seq: 3, entered: ["yard"], more: ",\"zone\":\"yard\",\"dwell\":3"),
    ])
    let (event, lines) = try #require(try await database.event(id))
    #expect(event.types == ["start", "line", "end", "zone_exit"] && event.score == 0.9 && lines.count == 4)
    #expect(event.end == "2026-11-23T18:40:27.000Z" && event.seconds == 60 && event.clip == "c.mp4")
    let json = try #require(JSONSerialization.jsonObject(with: Data(event.json.utf8)) as? [String: Any])
    #expect(json["type"] as? String == "end" && json["types"] as? [String] == event.types)
    #expect(json["kept"] as? Bool == false && json["clip"] as? String == "c.mp4" && json["seq"] as? Int == 2)
  }

  @Test func `an event with very many lines is given with the latest, and all can be gone through`() async throws {
    let id = Lines.id(1), count = 10_050
    let lines = (0..<count).map { Lines.line($0 == 0 ? "start" : "update", id, seq: $0) }
    let database = try EventDatabase.filled(lines)
    let found = try #require(try await database.event(id))
    #expect(found.lines.count == 10_000 && found.lines.last.map { $0 + "\n" } == lines.last)
    #expect(found.lines.first.map { $0 + "\n" } == lines[50] && found.event.types == ["start", "update"])
    #expect(try await database.event(id, limit: 2)?.lines.count == 2)
    #expect(try await database.find(id) == found.event)
    let seen = Mutex(0)
    try await database.eachLine(of: id) { _ in seen.withLock { $0 += 1 } }
    #expect(seen.withLock { $0 } == count)
  }

  @Test func `the same lines again change nothing`() async throws {
    let lines = (0..<50).flatMap {
      [Lines.line("start", Lines.id($0), seq: 2 * $0), Lines.end(Lines.id($0), seq: 2 * $0 + 1)]
    }
    let database = try EventDatabase.filled(lines)
    let before = try await database.events(EventQuery()).events
    let again = try database.add(Data(lines.joined().utf8), ofLog: "x", readTo: 2)
    #expect(again == .init(added: 0, unreadable: 0))
    #expect(try await database.events(EventQuery()).events == before)
    #expect(try await database.summary(EventQuery()).map(\.count) == [50])
    #expect(try await database.size() == (100, 50))
  }

  @Test func `what is no line of an event log is counted and skipped`() async throws {
    let database = try EventDatabase(inMemory: utc)
    let text =
      Lines.line("start", Lines.id(1)) + "{\"v\":2,\"id\":\"short\",\"type\":\"start\"}\nnothing\n\n{\"v\":\n"
      + Lines.line("start", Lines.id(2))
    #expect(try database.add(Data(text.utf8), ofLog: "x", readTo: 1) == .init(added: 2, unreadable: 3))
  }

  @Test func `lines of both versions are read`() async throws {
    // Version 1 has boxes as x, y, width, height, and no zones.
    let id = Lines.id(1)
    let database = try EventDatabase.filled([
      "{\"v\":1,\"id\":\"\(id)\",\"type\":\"start\",\"camera\":\"street\",\"seq\":0,\"ts\":\"2026-11-23T18:39:27.000Z\","
        + "\"label\":\"person\",\"score\":0.83,\"top_score\":0.91,\"box\":[253.1,219.9,30.2,89.2],\"track\":17,\"end\":null}\n"
    ])
    let event = try #require(try await database.event(id)?.event)
    #expect(event.score == 0.91 && event.camera == "street" && event.json.contains("\"box\":[253.1,219.9,30.2,89.2]"))
  }

  @Test func `a deleted event does not come back`() async throws {
    let (first, second) = (Lines.id(1), Lines.id(2))
    let database = try EventDatabase.filled([
      Lines.line("start", first, entered: ["yard"]), Lines.line("start", second),
      Lines.line("delete", first, label: nil, seq: 7),
      Lines.end(first, seq: 8, clip: "c.mp4"),
    ])
    #expect(try await database.ids([:]) == [second])
    for words in [["zone": "yard"], ["camera": "front", "label": "person", "type": "end"], ["has_clip": "1"]] {
      #expect(try await database.ids(words) == [])
    }
    #expect(try await database.summary(EventQuery()).map(\.count) == [1])
    #expect(try await database.size() == (1, 1))
  }

  @Test func `a mark can be taken back`() async throws {
    let id = Lines.id(1)
    let database = try EventDatabase.filled([
      Lines.line("start", id), Lines.line("keep", id, label: nil, seq: 5, more: ",\"kept\":true"),
      Lines.line("keep", id, label: nil, seq: 6, more: ",\"kept\":false"),
    ])
    #expect(try await database.ids(["kept": "1"]) == [])
    #expect(try await database.ids(["kept": "0"]) == [id])
    // What people decide is not the last that is known of the event.
    #expect(try await database.event(id)?.event.json.contains("\"type\":\"start\"") == true)
  }

  @Test func `days are those of the time zone`() async throws {
    // 18:39 UTC is the next day in Auckland.
    for (zone, day, minute) in [(0, "2026-11-23", "18:30-18:45"), (13 * 3600, "2026-11-24", "07:30-07:45")] {
      let database = try EventDatabase(inMemory: try #require(TimeZone(secondsFromGMT: zone)))
      _ = try database.add(Data(Lines.line("start", Lines.id(1)).utf8), ofLog: "x", readTo: 1)
      #expect(try await database.summary(EventQuery()).map(\.day) == [day])
      #expect(try await database.ids(["time_of_day": minute]).count == 1)
    }
    for (days, date) in [(0, 19_700_101), (-1, 19_691_231), (11_016, 20_000_229), (20_780, 20_261_123)] {
      #expect(LocalTime(Int64(days) * 86_400_000, in: utc).day == date)
    }
  }

  @Test func `a summary counts objects by day, camera and class`() async throws {
    let day: Int64 = 86_400_000
    var lines: [String] = []
    for number in 0..<12 {
      let id = Lines.id(number, at: Lines.noon + Int64(number % 3) * day)
      lines.append(Lines.line("start", id, camera: number < 6 ? "a" : "b", label: number % 2 == 0 ? "car" : "dog"))
    }
    let database = try EventDatabase.filled(lines)
    #expect(try await database.summary(EventQuery()).reduce(0) { $0 + $1.count } == 12)
    var query = EventQuery()
    try query.set("camera", "a")
    try query.set("after", "2026-11-24T00:00:00Z")
    try query.set("before", "2026-11-25T00:00:00Z")
    let counts = try await database.summary(query)
    #expect(counts.map(\.day) == ["2026-11-24", "2026-11-24"] && counts.map(\.label) == ["car", "dog"])
    try query.set("zone", "yard")
    await #expect(throws: EventStoreError.self) { try await database.summary(query) }
  }

  @Test func `a damaged store is moved away, and one of another version`() async throws {
    let scratch = try Scratch()
    let path = scratch.file("e.sqlite")
    try scratch.append(Lines.line("start", Lines.id(1)), to: "e.jsonl")
    func rebuilt() async throws -> Int {
      let database = try EventDatabase(path: path, access: .readWrite)
      defer { database.close() }
      _ = try database.read(logs: [scratch.file("e.jsonl")])
      return try await database.size().lines
    }
    #expect(try await rebuilt() == 1)
    for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
    try Data(String(repeating: "this is no store of events. ", count: 2000).utf8).write(to: URL(filePath: path))
    #expect(throws: EventStoreError.self) { try EventDatabase(path: path, access: .readOnly) }
    #expect(try await rebuilt() == 1)
    #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    #expect(throws: EventStoreError.self) { try EventDatabase(path: scratch.file("none"), access: .readOnly) }
  }
}
