import Foundation
import Testing

@testable import EventStore

@Suite struct EventQueryTests {
  /// Six events, an hour apart: 18:39, 19:39 … 23:39 UTC.
  static let ids = (0..<6).map { Lines.id($0, at: Lines.noon + Int64($0) * 3_600_000) }

  private func database() throws -> EventDatabase {
    let ids = Self.ids
    return try .filled([
      Lines.line("start", ids[0]),
      Lines.line("zone_enter", ids[0], seq: 1, entered: ["yard"], more: ",\"zone\":\"yard\""),
      Lines.end(ids[0], seq: 2, clip: "a.mp4"),
      Lines.line("start", ids[1], label: "traffic light", score: 0.9), Lines.end(ids[1], label: "traffic light"),
      Lines.line("start", ids[2], camera: "back", score: 0.4),
      Lines.line("line", ids[2], camera: "back", seq: 1, score: 0.8, more: ",\"line\":\"gate\",\"direction\":\"in\""),
      Lines.line("start", ids[3], camera: "back", label: "car"),
      Lines.line("camera_down", ids[4], label: nil, more: ",\"cause\":\"timeout\""),
      Lines.line("start", ids[5], entered: ["yard", "door"]),
      Lines.line("keep", ids[5], label: nil, seq: 9, more: ",\"kept\":true"),
    ])
  }

  @Test(
    arguments: [
      ([:], [5, 4, 3, 2, 1, 0]),
      (["camera": "back"], [3, 2]), (["camera": "back", "label": "person"], [2]), (["label": "traffic light"], [1]),
      (["camera": "attic"], []), (["camera": "back", "label": "traffic light"], []),
      (["zone": "yard"], [5, 0]), (["zone": "yard", "type": "end"], [0]), (["zone": "door", "camera": "back"], []),
      (["type": "line"], [2]), (["type": "camera_down"], [4]), (["type": "start", "label": "person"], [5, 2, 0]),
      (["after": "2026-11-23T20:00:00Z"], [5, 4, 3, 2]), (["before": "2026-11-23T20:00:00Z"], [1, 0]),
      (["after": "2026-11-23T19:39:27Z", "before": "2026-11-23T20:39:27Z"], [1]),
      (["time_of_day": "19:00-21:00"], [2, 1]), (["time_of_day": "23:00-19:00"], [5, 0]),
      (["min_score": "0.8"], [2, 1]), (["min_score": "0.8", "camera": "back"], [2]), (["min_score": "1"], []),
      (["has_clip": "1"], [0]), (["has_clip": "0", "camera": "front"], [5, 4, 1]),
      (["kept": "1"], [5]), (["kept": "0", "zone": "yard"], [0]),
      (["limit": "2"], [5, 4]), (["limit": "2", "cursor": ids[4]], [3, 2]),
    ] as [([String: String], [Int])])
  func `each condition narrows the answer`(words: [String: String], expected: [Int]) async throws {
    #expect(try await database().ids(words) == expected.map { Self.ids[$0] })
  }

  @Test(
    arguments: [
      (["camera=back", "camera=front"], [5, 4, 3, 2, 1, 0]), (["label=car", "label=traffic light"], [3, 1]),
      (["camera=back", "camera=attic", "label=person", "label=car"], [3, 2]), (["zone=yard", "zone=door"], [5, 0]),
      (["type=line", "type=camera_down", "type=zone_enter"], [4, 2, 0]),
      (["camera=front", "camera=back", "type=start", "type=end", "limit=3"], [5, 3, 2]),
      (["label=car", "label=car"], [3]),
    ] as [([String], [Int])])
  func `of several values of a condition an event has one`(words: [String], expected: [Int]) async throws {
    #expect(try await database().events(.reading(words)).events.map(\.id) == expected.map { Self.ids[$0] })
  }

  @Test func `a query has so many combinations`() throws {
    let words = ["camera", "label"].flatMap { name in (0..<16).map { "\(name)=\($0)" } }
    _ = try EventQuery.reading(words)
    #expect {
      try EventQuery.reading(words + ["camera=16"])
    } throws: { "\($0)" == "expected at most 256 combinations of cameras, labels, zones and types" }
  }

  @Test(arguments: [[], ["camera=front", "camera=back", "type=start", "type=camera_down", "type=keep"]])
  func `pages follow each other without a gap`(words: [String]) async throws {
    let database = try database()
    for limit in 1...7 {
      var query = try EventQuery.reading(words)
      query.limit = limit
      var found: [String] = []
      while true {
        let page = try await database.events(query)
        found += page.events.map(\.id)
        guard let next = page.next else { break }
        query.cursor = next
      }
      #expect(found == Self.ids.reversed(), "\(limit) a page")
    }
  }

  @Test(
    arguments: [
      ("after", "tomorrow", "after: expected a date, a time"),
      ("min_score", "2", "min_score: expected a score from 0 to 1"),
      ("has_clip", "maybe", "has_clip: expected 0 or 1"), ("limit", "0", "limit: expected 1 to 1000"),
      ("cursor", "'; DROP", "cursor: expected the next"), ("time_of_day", "25:00-26:00", "time_of_day: expected"),
      ("colour", "red", "there is no condition colour: expected one of camera, label"),
    ])
  func `a condition that cannot be is refused in one sentence`(name: String, value: String, sentence: String) {
    var query = EventQuery()
    #expect {
      try query.set(name, value)
    } throws: { ($0 as? EventStoreError)?.code == .invalidQuery && "\($0)".hasPrefix(sentence) }
  }

  @Test func `moments are dates, times, or how long ago`() throws {
    let now = Date(timeIntervalSince1970: 1_795_459_167)
    #expect(EventMoment.milliseconds("2h", now: now) == Lines.noon - 7_200_000)
    #expect(EventMoment.milliseconds("2026-11-23T18:39:27Z", now: now) == Lines.noon)
    let midnight = try #require(EventMoment.milliseconds("2026-11-23", now: now))
    #expect(Calendar.current.component(.hour, from: Date(timeIntervalSince1970: Double(midnight) / 1e3)) == 0)
    #expect(EventMoment.milliseconds("7200", now: now) == nil && EventMoment.milliseconds("", now: now) == nil)
  }

  @Test func `plans answer as a scan of all events does`() async throws {
    // Random conditions over random events, against a filter over plain values.
    var random = SystemRandomNumberGenerator()
    struct Made { let id, camera, label, zone: String, score: Double, minute: Int }
    var made: [Made] = [], lines: [String] = []
    for number in 0..<400 {
      let moment = Lines.noon + Int64.random(in: 0..<864_000_000, using: &random)
      let one = Made(
        id: Lines.id(number, at: moment), camera: ["a", "b", "c"].randomElement() ?? "",
        label: ["x", "y"].randomElement() ?? "",
        zone: ["p", "q", "r"].randomElement() ?? "", score: Double(Int.random(in: 0...100)) / 100,
        minute: Int(moment / 60_000 % 1440))
      made.append(one)
      lines.append(
        Lines.line("start", one.id, camera: one.camera, label: one.label, score: one.score, entered: [one.zone]))
    }
    let database = try EventDatabase.filled(lines)
    for _ in 0..<200 {
      let cameras = [["a"], ["b"], ["c"], [], ["a", "b"]].randomElement() ?? []
      let labels = [["x"], ["y"], [], ["x", "y"]].randomElement() ?? []
      let zones = [["p"], ["q"], [], ["q", "r"]].randomElement() ?? [], score = [0.3, 0.9, nil].randomElement() ?? nil
      let hours = [(2, 9), (20, 4), nil].randomElement() ?? nil
      var query = EventQuery()
      query.limit = 1000
      (query.cameras, query.labels, query.zones, query.minScore) = (cameras, labels, zones, score)
      if let hours {
        let words = [hours.0, hours.1].map { $0 < 10 ? "0\($0):00" : "\($0):00" }
        try query.set("time_of_day", words.joined(separator: "-"))
      }
      let expected = made.filter { one in
        let isInHours = hours.map { from, to in
          from < to
            ? one.minute >= from * 60 && one.minute < to * 60 : one.minute >= from * 60 || one.minute < to * 60
        }
        func has(_ names: [String], _ name: String) -> Bool { names.isEmpty || names.contains(name) }
        return has(cameras, one.camera) && has(labels, one.label) && has(zones, one.zone) && one.score >= score ?? 0
          && isInHours ?? true
      }
      #expect(try await database.events(query).events.map(\.id) == expected.map(\.id).sorted(by: >))
    }
  }
}
