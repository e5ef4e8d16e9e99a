import Foundation
import Testing

@testable import EventStore

@Suite struct HourCountTests {
  private static let hour: Int64 = 3_600_000

  /// A line of the log at a moment of its own.
  private func line(
    _ type: String, _ id: String, at moment: Int64, seq: Int, camera: String = "front", label: String? = "person",
    more: String = ""
  ) -> String {
    let date = Date(timeIntervalSince1970: Double(moment) / 1e3)
    let text = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    return Lines.line(type, id, camera: camera, label: label, seq: seq, more: more)
      .replacing("2026-11-23T18:39:27.000Z", with: text)
  }

  /// Three people, an hour apart from 18:39 UTC on, and a car in front of another camera. The first crosses a line in the hour
  /// after it appeared, and enters a zone twice.
  private func database() throws -> EventDatabase {
    let ids = (0..<4).map { Lines.id($0, at: Lines.noon + Int64($0) * Self.hour) }
    let noon = Lines.noon
    var lines = (0..<3).map { line("start", ids[$0], at: noon + Int64($0) * Self.hour, seq: $0 * 10) }
    lines.append(line("start", ids[3], at: noon + 3 * Self.hour, seq: 0, camera: "back", label: "car"))
    for (step, zone) in ["yard", "yard", "door"].enumerated() {
      lines.append(line("zone_enter", ids[0], at: noon + 1000, seq: 1 + step, more: ",\"zone\":\"\(zone)\""))
    }
    lines.append(line("zone_exit", ids[0], at: noon + 2000, seq: 5, more: ",\"zone\":\"yard\",\"dwell\":1.0"))
    lines.append(
      line("line", ids[0], at: noon + Self.hour, seq: 6, more: ",\"line\":\"gate\",\"direction\":\"in\",\"count\":1"))
    lines.append(
      line(
        "line", ids[3], at: noon + 3 * Self.hour, seq: 1, camera: "back", label: "car",
        more: ",\"line\":\"road, east\",\"direction\":\"out\",\"count\":7"))
    lines.append(line("visit", Lines.id(9), at: noon, seq: 7, label: nil, more: ",\"phase\":\"new\""))
    lines.append(line("camera_down", Lines.id(8), at: noon, seq: 8, label: nil, more: ",\"cause\":\"timeout\""))
    return try .filled(lines)
  }

  private func counts(_ words: [String: String]) async throws -> [String] {
    var query = EventQuery()
    for (name, value) in words { try query.set(name, value) }
    return try await database().hours(query).map { count in
      let hour = count.json.dropFirst(9).prefix(16).suffix(5)
      return [
        String(hour), count.camera, count.label, count.kind.rawValue, count.place, count.direction, "\(count.count)",
      ]
      .filter { !$0.isEmpty }.joined(separator: " ")
    }
  }

  private static let all = ["after": "2026-11-23T00:00:00Z", "before": "2026-11-24T00:00:00Z"]

  @Test func `objects, crossings and entries are counted by the hour in which they happened`() async throws {
    let person = [
      "18:00 front person start 1", "18:00 front person zone_enter door 1", "18:00 front person zone_enter yard 2",
      "19:00 front person line gate in 1", "19:00 front person start 1", "20:00 front person start 1",
    ]
    let car = ["21:00 back car line road, east out 1", "21:00 back car start 1"]
    #expect(try await counts(Self.all) == person + car)
    #expect(try await counts(Self.all.merging(["camera": "back"]) { $1 }) == car)
    #expect(try await counts(Self.all.merging(["label": "person"]) { $1 }) == person)
    let part = ["after": "2026-11-23T19:00:00Z", "before": "2026-11-23T20:00:00Z"]
    #expect(try await counts(part) == ["19:00 front person line gate in 1", "19:00 front person start 1"])
    #expect(try await counts(["after": "2026-11-25", "before": "2026-11-26"]).isEmpty)
  }

  @Test func `what is deleted is not counted, and equal lines count once`() async throws {
    let database = try database(), id = Lines.id(0, at: Lines.noon)
    let before = try await database.hours(query([:]))
    #expect(try await database.hours(query(["label": "person"])).count == 6)
    _ = try database.add(Data(Lines.line("delete", id, seq: 99).utf8), ofLog: "other", readTo: 1)
    let after = try await database.hours(query([:]))
    #expect(after.count == before.count - 4, "its start and what it crossed and entered")
    #expect(after.filter { $0.label == "person" }.map(\.kind) == [.start, .start])
  }

  @Test func `as JSON and as a table`() async throws {
    let counts = try await database().hours(query(["camera": "back"]))
    #expect(
      counts.map(\.json) == [
        #"{"hour":"2026-11-23T21:00:00.000Z","camera":"back","label":"car","type":"line","line":"road, east","direction":"out","count":1}"#,
        #"{"hour":"2026-11-23T21:00:00.000Z","camera":"back","label":"car","type":"start","count":1}"#,
      ])
    #expect(
      counts.map(\.tableLine) == [
        "2026-11-23T21:00:00.000Z,back,car,line,\"road, east\",out,1\r\n",
        "2026-11-23T21:00:00.000Z,back,car,start,,,1\r\n",
      ])
  }

  private func query(_ words: [String: String]) throws -> EventQuery {
    var query = EventQuery()
    for (name, value) in Self.all.merging(words, uniquingKeysWith: { $1 }) { try query.set(name, value) }
    return query
  }

  @Test(arguments: [["zone": "yard"], ["after": "2026-01-01"], ["min_score": "0.5"]])
  func `what cannot be counted by the hour is refused`(words: [String: String]) async throws {
    let query = try self.query(words)
    let error = await #expect(throws: EventStoreError.self) { _ = try await database().hours(query) }
    #expect(error?.code == .invalidQuery)
  }
}
