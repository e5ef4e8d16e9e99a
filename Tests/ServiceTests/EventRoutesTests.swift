import Foundation
import JSON
import Outputs
import Testing

@testable import EventStore
@testable import Recording
@testable import Service

/// The history over HTTP, from a service whose log has events of yesterday.
@Suite(.serialized, .ownThread) struct EventRoutesTests {
  private static let ids = (0..<3).map { "01KB5Q8Z9X000000000000000\($0)" }

  /// A service, and the one before it, whose log and clips it found at its start.
  private func service() async throws -> (service: RunningService, earlier: RunningService) {
    // A camera that is switched off: the events are those of the log alone.
    let cameras = "  yard: {url: \"test:64x64@25\", enabled: false}"
    let service = try await RunningService(cameras: cameras, storage: ", min_free: 0")
    try await service.stop()
    var text = ""
    for (number, id) in Self.ids.enumerated() {
      let label = number == 1 ? "traffic light" : "person"
      for (step, type) in ["start", "end"].enumerated() {
        text +=
          "{\"v\":2,\"id\":\"\(id)\",\"type\":\"\(type)\",\"camera\":\"yard\",\"seq\":\(2 * number + step),\"ts\":\"2025-11-28T10:00:00.120Z\","
          + "\"label\":\"\(label)\",\"score\":0.5,\"top_score\":0.\(number + 5),\"zones\":[],\"entered\":[\"gate, west\"],"
          + "\"start\":\"2025-11-28T10:00:00.120Z\",\"end\":\(type == "end" ? "\"2025-11-28T10:00:09.120Z\"" : "null")"
          + (type == "end" ? ",\"snapshot\":null,\"clip\":\(try clip(id, service).json)" : "") + "}\n"
      }
    }
    let file = try #require(FileHandle(forWritingAtPath: service.events.path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    let later = try await RunningService(cameras: cameras, storage: ", min_free: 0", after: service)
    await later.run.history?.update()
    return (later, service)
  }

  /// Puts a clip there, as it was recorded before a restart.
  private func clip(_ id: String, _ service: RunningService, hour: Int64 = 0) throws -> String {
    let media = try #require(service.run.supervisor.media)
    let path = try media.place(
      MediaName(camera: "yard", milliseconds: hour * 3_600_000, label: "person", identifier: id, kind: .clip))
    try Data("clip \(id)".utf8).write(to: URL(filePath: path))
    return path
  }

  private func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test func `events are found by conditions, page by page, as JSON and as CSV`() async throws {
    let (service, earlier) = try await service()
    defer { withExtendedLifetime(earlier) {} }
    func ids(_ query: String) throws -> [String] {
      let events = try object(service.get("/api/v1/events\(query)").body)["events"] as? [[String: Any]] ?? []
      return events.compactMap { $0["id"] as? String }
    }
    #expect(try ids("") == Self.ids.reversed())
    #expect(
      try ids("?label=traffic%20light") == [Self.ids[1]] && ids("?label=traffic+light&camera=yard") == [Self.ids[1]])
    #expect(try ids("?zone=gate%2C%20west&min_score=0.6") == [Self.ids[2], Self.ids[1]] && ids("?camera=attic") == [])
    let first = try object(service.get("/api/v1/events?limit=2").body)
    let next = try #require(first["next"] as? String)
    #expect(try ids("?limit=2&cursor=\(next)") == [Self.ids[0]])
    let table = try service.get("/api/v1/events?label=person", headers: ["Accept: text/csv"])
    let rows = String(decoding: table.body, as: UTF8.self).split(separator: "\r\n")
    #expect(rows.count == 3 && rows[0].hasPrefix("id,camera,label,start,end,seconds"), "\(rows)")
    #expect(rows[1].contains("\"gate, west\"") && table.head.lowercased().contains("content-type: text/csv"))
    let refused = try service.get("/api/v1/events?min_score=much")
    #expect(refused.status == 400)
    #expect(String(decoding: refused.body, as: UTF8.self) == "min_score: expected a score from 0 to 1, got much\n")
    for name in ["type=end", "min_score=0.5", "has_clip=1"] {
      #expect(try service.get("/api/v1/visits?\(name)").status == 400, "what only objects have finds no visit")
    }
    #expect(try service.get("/api/v1/visits?label=person&objects=0").status == 200)
    let summary = try object(service.get("/api/v1/events/summary?label=person").body)["counts"] as? [[String: Any]]
    #expect(summary?.count == 1 && summary?.first?["count"] as? Int == 2)
    try await service.stop()
  }

  @Test func `a clip from before the start is found, and goes with its event`() async throws {
    let (service, earlier) = try await service()
    defer { withExtendedLifetime(earlier) {} }
    let address = "/api/v1/events/\(Self.ids[0])"
    let clip = try service.get(address + "/clip.mp4")
    #expect(clip.status == 200 && String(decoding: clip.body, as: UTF8.self) == "clip \(Self.ids[0])")
    let event = try object(service.get(address).body)
    #expect((event["lines"] as? [Any])?.count == 2)
    // Its object moved again later.
    let media = try #require(service.run.supervisor.media), later = try self.clip(Self.ids[0], service, hour: 5)
    let trace = try #require(media.trace(of: Self.ids[0], label: "person", clip: later))
    try Data("{}".utf8).write(to: URL(filePath: trace))
    let file = try #require(FileHandle(forWritingAtPath: service.events.path))
    try file.seekToEnd()
    try file.write(
      contentsOf: Data(
        ("{\"v\":2,\"id\":\"\(Self.ids[0])\",\"type\":\"update\",\"camera\":\"yard\",\"seq\":99,"
          + "\"ts\":\"2025-11-28T15:00:00.120Z\",\"snapshot\":null,\"clip\":\(later.json)}\n").utf8))
    await service.run.history?.update()
    for (query, status) in [("", 200), ("?clip=0", 200), ("?clip=1", 200), ("?clip=2", 404), ("?clip=x", 404)] {
      #expect(try service.get(address + "/clip.mp4" + query).status == status, "\(query)")
    }
    #expect(try service.get(address + "/trace.json").status == 200)
    #expect(try service.get(address + "/trace.json?clip=0").status == 404, "it has none")
    #expect((event["event"] as? [String: Any])?["types"] as? [String] == ["start", "end"])
    #expect(try object(service.get(address + "/keep", method: "POST").body)["kept"] as? Bool == true)
    #expect(try object(service.get("/api/v1/events?kept=1").body)["events"].map { ($0 as? [Any])?.count } == 1)
    #expect(try object(service.get(address + "/keep?kept=0", method: "POST").body)["kept"] as? Bool == false)
    #expect(try service.get(address, method: "DELETE").status == 204)
    for path in [address, address + "/clip.mp4"] { #expect(try service.get(path).status == 404) }
    #expect(!FileManager.default.fileExists(atPath: later) && !FileManager.default.fileExists(atPath: trace))
    #expect(try service.get(address, method: "DELETE").status == 404)
    #expect(try service.get("/api/v1/events/\(Self.ids[1])/clip.mp4").status == 200)
    try await service.stop()
  }
}
