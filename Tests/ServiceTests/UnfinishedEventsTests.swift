import EventStore
import Foundation
import TestSupport
import Testing

@testable import Recording
@testable import Service

/// What was active when a camera went offline or the service was killed does not go on for ever.
@Suite(.serialized, .ownThread) struct UnfinishedEventsTests {
  private func lines(_ service: RunningService) throws -> [[String: Any]] {
    try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  @Test func `what is active ends while the camera is offline, and its clip closes`() async throws {
    let folder = try ScratchFolder()
    let film = folder.path + "/film.mp4"
    try FileManager.default.copyItem(at: TestClip.walk.file, to: URL(filePath: film))
    let service = try await RunningService(
      cameras: "  yard: {url: \"\(film)\", record: {pre_roll: 1s, post_roll: 1s}}", storage: ", min_free: 0")
    let isUp = waiting { service.run.supervisor.camera("yard")?.report.stateName == "up" }
    #expect(isUp)
    // It plays to its end and cannot be opened again.
    try FileManager.default.removeItem(atPath: film)
    let isDown = try waiting { try lines(service).contains { $0["type"] as? String == "camera_down" } }
    #expect(isDown)
    var open: [String: Bool] = [:]
    let isOver = try waiting {
      open = [:]
      for line in try lines(service) {
        guard let id = line["id"] as? String, let type = line["type"] as? String, line["label"] != nil else { continue }
        open[id] = type == "end" ? nil : line["active"] as? Bool
      }
      return !open.values.contains(true)
    }
    #expect(isOver, "\(open)")
    let all = try lines(service)
    let down = try #require(all.firstIndex { $0["type"] as? String == "camera_down" })
    let late = all[down...].filter { $0["type"] as? String == "end" }
    #expect(!late.isEmpty, "some were active when the camera went offline")
    for end in late {
      let last = try #require(end["end"] as? String), noticed = try #require(end["ts"] as? String)
      #expect(last < noticed)
    }
    let media = try #require(service.run.supervisor.media)
    let isClosed = waiting {
      let names = FileManager.default.enumerator(atPath: media.path)?.compactMap { $0 as? String } ?? []
      let clips = names.filter { $0.hasSuffix(".mp4") }
      return !clips.isEmpty && !clips.contains { media.isOpen(String($0.split(separator: "/").last ?? "")) }
    }
    #expect(isClosed)
    try await service.stop()
  }

  @Test func `what a killed service left open ends at the next start, once, and what is parked does not`() async throws
  {
    // Always the same frame: whatever is seen in it does not move.
    let cameras = "  yard: {url: \"test:160x120@25:1\"}"
    let first = try await RunningService(cameras: cameras)
    defer { withExtendedLifetime(first) {} }
    let isSeen = try waiting { try lines(first).contains { $0["type"] as? String == "start" } }
    #expect(isSeen)
    try await first.stop()
    let parked = Set(try lines(first).compactMap { $0["label"] == nil ? nil : $0["id"] as? String })
    // A killed service leaves lines like these.
    let ids = ["01KB5Q8Z9X0000000000000001", "01KB5Q8Z9X0000000000000002", "01KB5Q8Z9X0000000000000003"]
    func head(_ id: String, _ type: String, camera: String) -> String {
      "{\"v\":2,\"id\":\"\(id)\",\"type\":\"\(type)\",\"camera\":\"\(camera)\",\"seq\":9,"
        + "\"ts\":\"2025-11-28T10:00:00.120Z\",\"pts\":1.0,\"frame\":30,\"ts_src\":\"wall\","
    }
    func start(_ id: String, camera: String) -> String {
      head(id, "start", camera: camera)
        + "\"label\":\"person\",\"class_id\":0,\"score\":0.5,\"top_score\":0.5,\"box\":[1,2,3,4],"
        + "\"box_norm\":[0.1,0.2,0.3,0.4],\"track\":70,\"zones\":[],\"entered\":[],\"stationary\":false,"
        + "\"position_changes\":0,\"start\":\"2025-11-28T09:59:58.120Z\",\"end\":null}\n"
    }
    let text =
      start(ids[0], camera: "yard") + start(ids[1], camera: "gone")
      + head(ids[2], "visit", camera: "yard")
      + "\"visit\":1,\"phase\":\"new\",\"severity\":\"alert\",\"tracks\":[70],\"zones\":[],\"labels\":[\"person\"],"
      + "\"objects\":[\"\(ids[0])\"],\"start\":\"2025-11-28T09:59:58.120Z\",\"end\":null}\n"
    let log = try #require(FileHandle(forWritingAtPath: first.events.path))
    try log.seekToEnd()
    try log.write(contentsOf: Data(text.utf8))
    try log.close()
    func ends(_ service: RunningService) throws -> [[String: Any]] {
      try lines(service).filter { $0["end"] is String && ids.contains($0["id"] as? String ?? "") }
    }
    let second = try await RunningService(cameras: cameras, after: first)
    defer { withExtendedLifetime(second) {} }
    let hasEnded = try waiting { try ends(second).count == 3 }
    #expect(hasEnded)
    for end in try ends(second) { #expect(end["end"] as? String == "2025-11-28T10:00:00.120Z") }
    await second.run.history?.update()
    let body = Data(try second.get("/api/v1/events/\(ids[0])").body)
    let event = try JSONSerialization.jsonObject(with: body) as? [String: Any]
    #expect((event?["event"] as? [String: Any])?["end"] as? String == "2025-11-28T10:00:00.120Z")
    let isLogged = waiting { second.sentences.contains("ended 3 events that an earlier run had left open") }
    #expect(isLogged)
    try await second.stop()
    let third = try await RunningService(cameras: cameras, after: second)
    let isUp = waiting { third.run.supervisor.camera("yard")?.report.stateName == "up" }
    #expect(isUp)
    try await third.stop()
    #expect(try ends(third).count == 3, "once")
    let ended = Set(try lines(third).filter { $0["type"] as? String == "end" }.compactMap { $0["id"] as? String })
    #expect(ended.isDisjoint(with: parked) && !parked.isEmpty)
  }
}
