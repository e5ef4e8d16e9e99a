import Foundation
import Scene
import TestSupport
import Testing

@testable import Service
@testable import Web

/// Heat maps of a service: by the hour, over a restart, over HTTP.
@Suite(.serialized, .ownThread) struct HeatMapTests {
  private static let hour: Int64 = 490_000
  private static let classes = ClassCatalogue(names: ["person", "car"])

  private func heat(_ folder: ScratchFolder?) -> CameraHeat {
    let memories = folder.flatMap { MemoryFolder(events: $0.path + "/events.jsonl", recordings: nil) }
    return CameraHeat("front", classes: Self.classes, folder: memories.map(HeatFolder.init))
  }

  private func presence(_ seconds: Double, classID: Int = 0, isStationary: Bool = false) -> [Presence] {
    let point = Polygon.Corner(x: 0.5, y: 0.5)
    return [Presence(from: point, to: point, seconds: seconds, classID: classID, isStationary: isStationary)]
  }

  private func time(_ hour: Int64, minute: Int64 = 0) -> Int64 { (hour * 60 + minute) * 60_000 }

  private func sum(_ heat: CameraHeat, _ hours: Range<Int64>) -> Double {
    heat.map(in: time(hours.lowerBound)..<time(hours.upperBound)).seconds(includesStationary: true).reduce(0, +)
  }

  @Test func `hours are saved and found again, those that a query touches`() throws {
    let folder = try ScratchFolder()
    let first = heat(folder), hour = Self.hour
    for step in 0..<3 {
      first.add(presence(Double(step + 1)), at: time(hour + Int64(step)))
      try first.save(at: time(hour + Int64(step)))
    }
    #expect(
      sum(first, hour..<hour + 3) == 6 && sum(first, hour + 1..<hour + 2) == 2 && sum(first, hour + 3..<hour + 9) == 0)
    let second = heat(folder)
    #expect(sum(second, hour..<hour + 3) == 6)
    let part = second.map(in: time(hour, minute: 59)..<time(hour + 1, minute: 1))
    #expect(part.seconds().reduce(0, +) == 3, "both hours are touched")
  }

  @Test func `the present hour goes on after a restart, before and after its first save`() throws {
    let folder = try ScratchFolder()
    let hour = Self.hour
    let first = heat(folder)
    first.add(presence(5), at: time(hour))
    try first.save(at: time(hour), isLast: true)
    first.add(presence(100), at: time(hour))
    try first.save(at: time(hour, minute: 1))
    let second = heat(folder)
    second.add(presence(7), at: time(hour, minute: 2))
    #expect(sum(second, hour..<hour + 1) == 12, "what came after the end of the first is not counted")
    try second.save(at: time(hour, minute: 3))
    second.add(presence(1), at: time(hour, minute: 4))
    #expect(sum(second, hour..<hour + 1) == 13)
    try second.save(at: time(hour, minute: 5))
    #expect(sum(heat(folder), hour..<hour + 1) == 13)
  }

  @Test func `the present hour is written once a minute, and an hour that is over at once`() throws {
    let folder = try ScratchFolder()
    let hour = Self.hour, heat = heat(folder)
    func saved() -> Double { sum(self.heat(folder), hour..<hour + 2) }
    heat.add(presence(1), at: time(hour))
    try heat.save(at: time(hour))
    heat.add(presence(1), at: time(hour) + 10_000)
    try heat.save(at: time(hour) + 10_000)
    #expect(saved() == 1)
    try heat.save(at: time(hour, minute: 1))
    #expect(saved() == 2)
    heat.add(presence(1), at: time(hour, minute: 1) + 10)
    heat.add(presence(1), at: time(hour + 1))
    try heat.save(at: time(hour + 1))
    #expect(saved() == 4)
  }

  @Test func `without a folder the last day is in memory`() throws {
    let heat = heat(nil), hour = Self.hour
    for step in 0..<100 {
      heat.add(presence(1), at: time(hour + Int64(step)))
      try heat.save(at: time(hour + Int64(step)))
    }
    #expect(sum(heat, hour + 76..<hour + 100) == 24 && sum(heat, hour..<hour + 100) <= Double(HeatHours.most))
  }

  @Test func `a disk that takes nothing costs hours of the past, not memory, and is caught up with`() throws {
    let folder = try ScratchFolder()
    let heat = heat(folder), hour = Self.hour
    // A file where the folder should be.
    try FileManager.default.createDirectory(atPath: folder.path + "/events.state", withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: folder.path + "/events.state/heat"))
    for step in 0..<100 {
      heat.add(presence(1), at: time(hour + Int64(step)))
      #expect(throws: (any Error).self) { try heat.save(at: time(hour + Int64(step))) }
    }
    try FileManager.default.removeItem(atPath: folder.path + "/events.state/heat")
    try heat.save(at: time(hour + 100))
    #expect(sum(self.heat(folder), hour..<hour + 100) == Double(HeatHours.most))
  }

  @Test func `old files go, also of cameras that are gone, and damaged ones are no failure`() throws {
    let folder = try ScratchFolder()
    let memories = try #require(MemoryFolder(events: folder.path + "/events.jsonl", recordings: nil))
    let files = HeatFolder(memories), hour = Self.hour
    var map = HeatMap()
    map.add(presence(1)[0], label: "person")
    for (camera, hour) in [
      ("front", hour), ("front", hour - 31 * 24), ("front", hour - 31 * 24 - 1), ("gone", hour - 9999),
    ] {
      try files.write(map, of: camera, hour: hour)
    }
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: files.path + "/gone").first)
    #expect(name.contains(/^\d{4}-\d\d-\d\dT\d\d\.json$/))
    files.prune(at: time(hour, minute: 30))
    #expect(files.hours(of: "front", in: 0...Int64.max) == [hour - 31 * 24, hour])
    #expect(!FileManager.default.fileExists(atPath: files.path + "/gone"))
    let present = try #require(FileManager.default.contentsOfDirectory(atPath: files.path + "/front").max())
    try Data("{".utf8).write(to: URL(filePath: files.path + "/front/" + present))
    #expect(sum(heat(folder), hour..<hour + 1) == 0)
  }

  @Test func `old maps are removed once an hour, and not by a clock that has just jumped`() {
    let start: Int64 = 1_796_000_000_000
    func moment(_ seconds: Int) -> UInt64 { UInt64(1000 + seconds) * 1_000_000_000 }
    var pruning = HeatPruning()
    var due = (0...3600).count { pruning.isDue(at: start + Int64($0) * 1000, monotonic: moment($0)) }
    #expect(due == 1, "an hour after the start")
    due = (3601...7300).count { pruning.isDue(at: start + Int64($0) * 1000, monotonic: moment($0)) }
    #expect(due == 1, "in the next hour of the clock")
    // Ninety years ahead, as a machine without a battery for its clock may be.
    let jump: Int64 = 90 * 365 * 86_400_000
    due = (7301...9000).count { pruning.isDue(at: start + jump + Int64($0) * 1000, monotonic: moment($0)) }
    #expect(due == 0)
  }

  @Test func `what is no folder of maps stays among them`() throws {
    let folder = try ScratchFolder()
    let files = try HeatFolder(#require(MemoryFolder(events: folder.path + "/events.jsonl", recordings: nil)))
    try FileManager.default.createDirectory(atPath: files.path + "/empty", withIntermediateDirectories: true)
    try "kept".write(toFile: files.path + "/notes", atomically: true, encoding: .utf8)
    files.prune(at: 1_796_000_000_000)
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == ["notes"])
  }

  private static let camera = "  yard: {url: \"test:160x120@25\"}"

  @Test(.timeLimit(.minutes(10))) func `the image is over HTTP, and its time outlives a restart`() async throws {
    let service = try await RunningService(cameras: Self.camera)
    // The small network sees things that never move: they count if that is requested.
    let watched = try #require(service.run.supervisor.camera("yard"))
    let now = Int64(Date.now.timeIntervalSince1970 * 1000)
    func seconds(_ camera: WatchedCamera) -> Double {
      camera.heat.map(in: now - 3_600_000..<now + 3_600_000).seconds(includesStationary: true).reduce(0, +)
    }
    #expect(waiting { seconds(watched) > 0.5 })
    for query in ["", "?all", "?all=1&after=2h", "?label=person", "?label=0&after=2025-01-01&before=2025-01-02"] {
      let answer = try service.get("/api/v1/heatmap/yard.png\(query)")
      #expect(answer.status == 200 && answer.body.starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(query): \(answer.head)")
      #expect(answer.head.lowercased().contains("content-type: image/png"))
    }
    #expect(
      try service.get("/api/v1/heatmap/yard.png?all").body != service.get("/api/v1/heatmap/yard.png").body,
      "stationary objects show only where they are requested")
    for (path, status, sentence) in [
      ("none.png", 404, "no such camera"), ("yard.png?label=unicorn", 400, "label: the model has no such class"),
      ("yard.png?lable=person", 400, "there is no condition lable: expected one of after, before, label, all"),
      ("yard.png?after=soon", 400, "expected after and before as a date"),
      ("yard.png?after=1h&before=2h", 400, "expected after and before as a date"),
    ] {
      let answer = try service.get("/api/v1/heatmap/\(path)")
      #expect(answer.status == status && String(decoding: answer.body, as: UTF8.self).contains(sentence), "\(path)")
    }
    try await service.stop()
    let before = seconds(watched)
    let again = try await RunningService(cameras: Self.camera, after: service)
    let next = try #require(again.run.supervisor.camera("yard"))
    #expect(seconds(next) >= before - 0.01 && before > 0.5)
    // The new camera goes on from there.
    #expect(waiting { seconds(next) > before + 0.5 })
    try await again.stop()
  }
}
