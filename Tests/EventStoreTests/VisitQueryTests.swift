import Foundation
import Testing

@testable import EventStore

@Suite struct VisitQueryTests {
  static let ids = (0..<4).map { Lines.id($0, at: Lines.noon + Int64($0) * 3_600_000) }

  private func visit(
    _ id: String, _ phase: String, camera: String = "front", objects: [String], labels: [String], seq: Int
  )
    -> String
  {
    let names = { (words: [String]) in "[" + words.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
    return Lines.line(
      "visit", id, camera: camera, label: nil, seq: seq,
      more:
        ",\"visit\":1,\"phase\":\"\(phase)\",\"severity\":\"alert\",\"zones\":[\"yard\"],\"labels\":\(names(labels)),"
        + "\"objects\":\(names(objects)),\"start\":\"2026-11-23T18:39:27.000Z\",\"end\":null")
  }

  /// A visit of a person and a car, and one of a car in front of another camera.
  private func database() throws -> EventDatabase {
    let ids = Self.ids
    return try .filled([
      Lines.line("start", ids[0]), Lines.line("start", ids[1], label: "car"),
      visit(ids[2], "new", objects: [ids[0]], labels: ["person"], seq: 2),
      visit(ids[2], "end", objects: [ids[0], ids[1]], labels: ["person", "car"], seq: 3),
      Lines.line(
        "end", ids[0], seq: 4,
        more: ",\"snapshot\":\"s.jpg\",\"snapshot_box\":[0.1,0.2,0.3,0.4],\"clip\":\"c.mp4\",\"clip_offset\":5.25"),
      Lines.line("keep", ids[0], label: nil, seq: 9, more: ",\"kept\":true"),
      visit(ids[3], "new", camera: "back", objects: [ids[1]], labels: ["car"], seq: 5),
    ])
  }

  @Test(
    arguments: [
      ([:], [3, 2]), (["label": "person"], [2]), (["label": "car"], [3, 2]), (["label": "car", "camera": "back"], [3]),
      (["label": "person", "camera": "back"], []), (["zone": "yard", "label": "car"], [3, 2]), (["limit": "1"], [3]),
    ] as [([String: String], [Int])])
  func `visits are found by the classes of their objects`(words: [String: String], found: [Int]) async throws {
    var query = EventQuery()
    for (name, value) in words { try query.set(name, value) }
    #expect(try await database().visits(query).visits.map(\.event.id) == found.map { Self.ids[$0] })
  }

  @Test func `a visit is one event with its objects, and is no object itself`() async throws {
    let database = try database()
    let visit = try #require(try await database.visits(EventQuery()).visits.last)
    #expect(visit.event.types == ["visit"] && visit.objects.map(\.id) == Array(Self.ids[0...1]))
    #expect(try await database.ids(["label": "person"]) == [Self.ids[0]], "the class of an object counts objects")
    let object = try #require(visit.objects.first)
    // The last line of the object does not name its files.
    #expect(object.json.contains("\"clip_offset\":5.25") && object.json.contains("\"snapshot_box\":[0.1,0.2,0.3,0.4]"))
    #expect(object.json.contains("\"has_clip\":true") && visit.event.json.contains("\"has_clip\":false"))
  }

  @Test func `who keeps or deletes a visit means its objects`() async throws {
    let scratch = try Scratch()
    let ids = Self.ids
    try scratch.append(
      [
        Lines.line("start", ids[0]), Lines.end(ids[0], clip: "a.mp4"), Lines.line("start", ids[1], label: "car"),
        visit(ids[2], "end", objects: [ids[0], ids[1]], labels: ["person", "car"], seq: 3),
      ].joined(), to: "e.jsonl")
    let history = try EventHistory(path: scratch.file("e.sqlite"), log: scratch.file("e.jsonl"))
    await history.update()
    #expect(try await history.keep(ids[2], true)?.isKept == true)
    #expect(try await history.database.ids(["kept": "1"]) == [ids[2], ids[1], ids[0]])
    #expect(try await history.delete(ids[2])?.files == ["a.mp4", "s.jpg"])
    #expect(try await history.database.ids([:]) == [])
    await history.stop()
  }

  @Test func `alerts of a camera are found by the time they touch`() throws {
    let database = try database()
    let start = Lines.noon + 2 * 3_600_000
    // Without an end in its last line it may last a day.
    #expect(try database.alertSpans(of: "front", touching: start - 1000...start) == [start...start + 86_400_000])
    #expect(try database.alertSpans(of: "front", touching: start + 80_000_000...start + 90_000_000).count == 1)
    #expect(try database.alertSpans(of: "front", touching: start - 1000...start - 1) == [])
    #expect(try database.alertSpans(of: "front", touching: start + 86_400_001...start + 86_500_000) == [])
    #expect(try database.alertSpans(of: "back", touching: start...start + 1) == [])
    #expect(try database.alertSpans(of: "gate", touching: start - 1000...start) == [])
  }
}
