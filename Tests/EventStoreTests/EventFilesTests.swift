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
    #expect(try database.kept() == ["x_person_\(Self.ids[1]).jpg", "a.mp4", Self.ids[1]])
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

  @Test func `a file that came after the others were listed is not gone`() async throws {
    let database = try database(), fresh = "m/x_person_\(Self.ids[1]).jpg"
    let named = try database.namedFiles()
    #expect(named.contains(fresh) && named.count > 1)
    _ = try database.forgetFiles(otherThan: ["else.jpg"], among: named.subtracting([fresh]))
    #expect(try database.namedFiles() == [fresh])
    #expect(try await database.event(Self.ids[1])?.event.snapshot == fresh)
  }

  /// An object that came, stood still and left: two clips and two images, one of the clips shared and in two files.
  private func moved(more: [String] = []) throws -> EventDatabase {
    let (id, other) = (Self.ids[0], Self.ids[1])
    return try .filled(
      [
        Lines.line("update", id, more: ",\"snapshot\":\"m/s1.jpg\",\"clip\":\"m/a.mp4\",\"clip_offset\":5.25"),
        Lines.line("end", other, more: ",\"snapshot\":null,\"clip\":\"m/a.mp4\",\"clip_offset\":1"),
        Lines.line("update", id, seq: 2, more: ",\"snapshot\":\"m/s2.jpg\",\"clip\":null"),
        Lines.line(
          "end", id, seq: 3,
          more: ",\"snapshot\":\"m/s2.jpg\",\"clip\":\"m/b.mp4\",\"clip_offset\":4,"
            + "\"clips\":[{\"path\":\"m/b.mp4\",\"offset\":4},{\"path\":\"m/c.mp4\",\"offset\":0}]"),
      ] + more)
  }

  @Test func `all files of an event are found, kept and removed with it`() async throws {
    let database = try moved(), id = Self.ids[0]
    let event = try #require(try await database.event(id)?.event)
    #expect(event.clips.map(\.path) == ["m/a.mp4", "m/b.mp4", "m/c.mp4"] && event.clips.map(\.offset) == [5.25, 4, 0])
    #expect(event.clip == "m/b.mp4" && event.snapshot == "m/s2.jpg")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(event.json.utf8)) as? [String: Any])
    let clips = try #require(object["clips"] as? [[String: Any]])
    #expect(clips.map { $0["path"] as? String } == event.clips.map(\.path) && clips[0]["offset"] as? Double == 5.25)
    #expect(event.json.components(separatedBy: "\"clips\"").count == 2)
    // The clip that shows another event stays.
    #expect(try await database.files(showingOnly: [id]) == ["m/b.mp4", "m/c.mp4", "m/s1.jpg", "m/s2.jpg"])
    #expect(try await database.files(showingOnly: Self.ids).count == 5)
    let kept = try moved(more: [Lines.line("keep", id, label: nil, seq: 9, more: ",\"kept\":true")])
    #expect(try kept.kept() == ["a.mp4", "b.mp4", "c.mp4", "s1.jpg", "s2.jpg", id])
    let deleted = try moved(more: [Lines.line("delete", id, label: nil, seq: 9)])
    #expect(try await deleted.event(id) == nil)
    #expect(try await deleted.files(showingOnly: Self.ids) == ["m/a.mp4"])
  }

  @Test func `an event has a clip as long as one of its clips is there`() async throws {
    let database = try moved(), id = Self.ids[0]
    for (path, left) in [("c", "b"), ("b", "a")] {
      try database.forget(files: ["m/\(path).mp4"])
      #expect(try await database.event(id)?.event.clip == "m/\(left).mp4")
      #expect(try await database.ids(["has_clip": "1"]) == [Self.ids[1], id])
    }
    #expect(try await database.event(id)?.event.json.contains("\"clip_offset\":5.25") == true)
    #expect(try database.forgetFiles(otherThan: ["s2.jpg"]) == 2)
    #expect(try await database.ids(["has_clip": "1"]) == [])
    #expect(try await database.event(id)?.event.snapshot == "m/s2.jpg")
  }

  @Test func `an event that only its recordings tell of has all of them`() async throws {
    let lines = ["a", "b"].enumerated().map { number, clip in
      Lines.line("recording", Self.ids[0], seq: number, more: ",\"snapshot\":null,\"clip\":\"\(clip).mp4\"")
    }
    let database = try EventDatabase.filled([Lines.line("start", Self.ids[1])])
    let known = Lines.line("recording", Self.ids[1], more: ",\"snapshot\":null,\"clip\":\"x.mp4\"")
    #expect(try database.adopt(lines + [known]) == 1)
    #expect(try await database.event(Self.ids[0])?.event.clips.map(\.path) == ["a.mp4", "b.mp4"])
    #expect(try await database.event(Self.ids[1])?.event.clip == nil)
  }
}
