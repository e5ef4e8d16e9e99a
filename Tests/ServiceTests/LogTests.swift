import Foundation
import TestSupport
import Testing

@testable import Service

/// The log that people read who run the service.
@Suite struct LogTests {
  @Test func `a line has its time, level and camera in every form`() {
    let line = LogLine(.warning, camera: "front", "offline (refused): \"no\"")
    #expect(line.text(at: 1_796_000_000_123) == "2026-11-30T00:53:20.123Z warning front: offline (refused): \"no\"")
    #expect(line.journalText == "<4>front: offline (refused): \"no\"")
    #expect(
      line.json(at: 1_796_000_000_123)
        == "{\"time\":\"2026-11-30T00:53:20.123Z\",\"level\":\"warning\",\"camera\":\"front\","
        + "\"message\":\"offline (refused): \\\"no\\\"\"}")
    #expect(LogLine(.info, "listening").text(at: 0) == "1970-01-01T00:00:00.000Z info listening")
    #expect(LogLine.Level(named: "Warning") == .warning && LogLine.Level(named: "loud") == nil)
  }

  @Test(.ownThread) func `a camera that comes and one that cannot be reached have one line each`() async throws {
    let service = try await RunningService(
      cameras: """
          front: {url: "test:160x120@25"}
          gone: {url: "rtsp://127.0.0.1:9/none"}
          missing: {url: "/nowhere/clip.mp4"}
        """)
    for wanted in ["front: online, 160x120", "gone: offline (", "missing: offline ("] {
      #expect(waiting { service.sentences.contains { $0.hasPrefix(wanted) } }, "\(wanted) \(service.sentences)")
    }
    #expect(service.sentences.contains { $0.hasPrefix("gone: offline (") && $0.contains("next attempt in ") })
    try await service.stop()
  }
}
