import Foundation
import Outputs
import Scene
import Testing

@Suite struct EventLogTests {
  let folder = Result { try ScratchFolder() }
  let classes = ClassCatalogue(names: ["person", "dog"])

  /// Two seconds of a dog, a person who comes and is lost, and the end of the source.
  private let story =
    (0...5).map { FrameFindings.example($0, [.dog], identities: [1]) }
    + (6...12).map { FrameFindings.example($0, [.dog, .person], identities: [1, 2]) }
    + [.example(13, [.dog], identities: [1]), .example(20, ended: [2]), .example(21, [.dog], identities: [1])]

  @Test func `a track starts, is told of once a second, and ends`() {
    var history = TrackHistory()
    var told = story.flatMap { findings in
      history.events(in: findings).map { "\($0.kind.rawValue) \($0.track.id) at \(findings.stamp.index)" }
    }
    told += history.finish().map { "\($0.kind.rawValue) \($0.track.id) seen \($0.lastSeen)" }
    #expect(
      told == [
        "start 1 at 0", "start 2 at 6", "update 1 at 10", "end 2 at 20", "update 1 at 21", "end 1 seen 2.1",
      ])
  }

  @Test func `a file's events are the same bytes each time, with times of the file`() throws {
    let folder = try folder.get()
    for name in ["a", "b"] {
      var log = try EventLog(path: folder.path(name), classes: classes, camera: "street", clock: .file)
      for findings in story { try log.write(findings) }
      try log.finish()
    }
    let lines = try folder.lines("a")
    #expect(try lines == folder.lines("b"))
    #expect(
      lines.first
        == #"{"v":1,"id":"00000000000000000000000001","type":"start","camera":"street","seq":0,"ts":"1970-01-01T00:00:00.000Z","pts":0.0,"frame":0,"ts_src":"file","label":"dog","class_id":1,"score":0.75,"top_score":0.9,"box":[10.0,5.0,20.13,20.0],"box_norm":[0.1,0.1,0.20126,0.4],"track":1,"start":"1970-01-01T00:00:00.000Z","end":null}"#
    )
    struct Line: Decodable {
      var id: String, type: String, seq: Int, ts: String, track: Int, end: String?
    }
    let events = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(events.map(\.seq) == Array(0..<6))
    #expect(Set(events.map(\.id)).count == 2)
    #expect(events.last?.type == "end" && events.last?.end == "1970-01-01T00:00:02.100Z")
    #expect(events[3].end == "1970-01-01T00:00:01.200Z" && events[3].ts == "1970-01-01T00:00:02.000Z")
  }

  @Test func `a live source's events have the time of day and identifiers of their own`() throws {
    let folder = try folder.get()
    var log = try EventLog(path: folder.path("live"), classes: classes, camera: "gate", clock: .wall)
    var findings = FrameFindings.example(0, [.dog, .person], identities: [1, 2])
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    findings.stamp.arrival = UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    let before = Date()
    try log.write(findings)
    try log.finish()
    struct Line: Decodable {
      var id: String, ts: String, source: String
      enum CodingKeys: String, CodingKey { case id, ts, source = "ts_src" }
    }
    let events = try folder.lines("live").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(events.count == 4)
    #expect(Set(events.map(\.id)).count == 2 && events.allSatisfy { $0.id.count == 26 && $0.source == "wall" })
    let time = try Date(events[0].ts, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    #expect(abs(time.timeIntervalSince(before)) < 60)
    // A sender that says when a picture was taken is believed.
    var lines = EventLines(classes: classes, camera: "gate", clock: .wall)
    findings.stamp.taken = 1_700_000_000_123_400
    let said = try #require(lines.next(findings).first).text
    #expect(said.contains("\"ts\":\"2023-11-14T22:13:20.123Z\"") && said.contains("\"ts_src\":\"rtcp\""), "\(said)")
  }
}
