import Foundation
import Testing

@testable import EventStore

@Suite struct EventFilesTests {
  private static let ids = (0..<3).map { Lines.id($0, at: Lines.noon + Int64($0) * 1000) }

  private func database() throws -> EventDatabase {
    let ids = Self.ids
    let files = { (id: String, clip: String) in
      ",\"snapshot\":\"m/x_person_\(id).jpg\",\"clip\":\"m/\(clip).mp4\",\"clip_offset\":2"
    }
    return try .filled([
      Lines.line("end", ids[0], more: files(ids[0], "a")), Lines.line("end", ids[1], more: files(ids[1], "a")),
      Lines.line("end", ids[2], more: files(ids[2], "b")),
      Lines.line(
        "visit", Lines.id(9), label: nil, seq: 5,
        more: ",\"severity\":\"alert\",\"labels\":[\"person\"],\"objects\":[\"\(ids[0])\",\"\(ids[1])\"]"),
      Lines.line("keep", ids[1], label: nil, seq: 9, more: ",\"kept\":true"),
    ])
  }

  @Test func `files of kept events and objects of alerts are known`() throws {
    let database = try database()
    #expect(try database.keptFiles() == ["x_person_\(Self.ids[1]).jpg", "a.mp4"])
    #expect(try database.alerts(among: Self.ids + ["none"]) == Set(Self.ids[0...1]))
  }

  @Test func `an event whose file is gone has no clip and no snapshot`() async throws {
    let database = try database(), ids = Self.ids
    #expect(try await database.ids(["has_clip": "1"]) == ids.reversed())
    try database.forget(files: ["m/a.mp4", "m/x_person_\(ids[2]).jpg", "m/else.mp4"])
    #expect(try await database.ids(["has_clip": "1"]) == [ids[2]])
    #expect(try await database.ids(["has_clip": "0", "label": "person"]) == [ids[1], ids[0]])
    let first = try #require(try await database.event(ids[0])?.event),
      last = try #require(try await database.event(ids[2])?.event)
    #expect(first.clip == nil && first.snapshot != nil && first.json.contains("\"has_clip\":false"))
    #expect(first.json.contains("\"clip_offset\":null") && last.json.contains("\"has_snapshot\":false"))
    #expect(try database.forgetFiles(otherThan: ["x_person_\(ids[0]).jpg"]) == 2)
    #expect(try await database.ids(["has_clip": "1"]) == [])
    #expect(try await database.event(ids[1])?.event.snapshot == nil)
  }
}
