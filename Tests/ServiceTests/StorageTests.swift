import Foundation
import Outputs
import Testing

@testable import Service

@Suite(.serialized, .ownThread) struct StorageTests {
  @Test func `what is recorded shows in the metrics`() async throws {
    let service = try await RunningService(cameras: "  a: {url: \"test:64x64@25\"}", storage: ", min_free: 0")
    let text = String(decoding: try service.get("/metrics").body, as: UTF8.self)
    for line in [
      "yolostream_sink_errors_total{sink=\"clips\"} 0", "yolostream_sink_errors_total{sink=\"snapshots\"} 0",
      "yolostream_sink_errors_total{sink=\"jsonl\"} 0", "yolostream_storage_used_bytes ",
      "yolostream_storage_free_bytes ",
    ] { #expect(text.contains("\n\(line)"), "\(line)") }
    try await service.stop()
    // A pattern has no packets to cut clips from, but pictures: each end of a track names one that is there.
    let ends = try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").filter {
      $0.contains("\"type\":\"end\"")
    }
    for end in ends {
      #expect(end.contains("\"clip\":null"))
      let path = try #require(end.firstMatch(of: /"snapshot":"([^"]+)"/)?.1)
      #expect(FileManager.default.fileExists(atPath: String(path)), "\(end)")
    }
  }

  @Test func `a folder that cannot be made is told before anything begins`() {
    #expect(throws: OutputError.self) { _ = try MediaFolder(path: "/proc/none") }
  }
}
