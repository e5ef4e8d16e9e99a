import Foundation
import Outputs
import TestSupport
import Testing

@testable import Recording
@testable import Service

@Suite(.serialized, .ownThread) struct StorageTests {
  @Test func `what is recorded shows in the metrics`() async throws {
    let service = try await RunningService(cameras: "  a: {url: \"test:160x120@25\"}", storage: ", min_free: 0")
    let page = try service.connect()
    try page.request("/api/v1/events/stream")
    // Long before the end of any object.
    #expect(try page.wait(for: "\"snapshot\":\"/") != nil)
    let text = String(decoding: try service.get("/metrics").body, as: UTF8.self)
    for line in [
      "yolostream_sink_errors_total{sink=\"clips\"} 0", "yolostream_sink_errors_total{sink=\"snapshots\"} 0",
      "yolostream_sink_errors_total{sink=\"jsonl\"} 0", "yolostream_storage_used_bytes ",
      "yolostream_storage_free_bytes ",
    ] { #expect(text.contains("\n\(line)"), "\(line)") }
    try await service.stop()
    // A pattern has no packets to cut clips from, but images: each that is named is there.
    let lines = try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n")
    let paths = lines.compactMap { $0.firstMatch(of: /"snapshot":"([^"]+)","clip":null/)?.1 }
    #expect(!paths.isEmpty)
    for path in paths { #expect(FileManager.default.fileExists(atPath: String(path)), "\(path)") }
  }

  @Test func `how long recordings stay changes with a reload, where they go does not`() async throws {
    let camera = "  a: {url: \"test:64x64@25\", record: {snapshots: false}}"
    let service = try await RunningService(cameras: camera, storage: ", min_free: 0")
    let media = try #require(service.run.supervisor.media)
    func recording(hours: Int64, _ tail: String) throws -> String {
      let name = MediaName(
        camera: "gone", milliseconds: EventClock.wallMilliseconds - hours * 3_600_000, label: "person",
        identifier: "01KB5Q8Z9X0123456789ABCDE" + tail, kind: .snapshot)
      let path = try media.place(name)
      try Data(count: 100_000).write(to: URL(filePath: path))
      return path
    }
    let (old, young) = (try recording(hours: 40, "A"), try recording(hours: 4, "B"))
    func reload(_ storage: String) throws -> String {
      try RunningService.text(cameras: camera, storage: storage, folder: service.folder)
        .write(to: service.configuration, atomically: true, encoding: .utf8)
      return String(decoding: try service.get("/api/v1/reload", method: "POST").body, as: UTF8.self)
    }
    let said = try reload(", min_free: 0, max_size: 150000B")
    #expect(said.contains("1 camera unchanged") && !said.contains("at the next start"), "\(said)")
    let isGone = waiting { !FileManager.default.fileExists(atPath: old) }
    #expect(isGone && FileManager.default.fileExists(atPath: young))
    #expect(try reload("2, min_free: 0, max_age: 1h").contains("outputs.storage.path will change at the next start"))
    #expect(FileManager.default.fileExists(atPath: young), "limits of another folder")
    try await service.stop()
  }

  @Test func `a folder that cannot be created is reported before anything starts`() {
    #expect(throws: OutputError.self) { _ = try MediaFolder(path: "/proc/none") }
  }
}
