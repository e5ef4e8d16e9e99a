import Foundation
import TestSupport
import Testing

@testable import Service

/// Cameras whose annotated frames are sent to a receiver.
@Suite(.serialized, .ownThread) struct CameraPushTests {
  @Test func `frames with boxes go to the receiver, a missing one harms nothing, and both are reported`() async throws {
    let port = try Loopback.freePort()
    let sink = try TCPSink()
    let service = try await RunningService(
      cameras: """
          yard: {url: "test:160x120@25", push: "tcp://127.0.0.1:\(sink.port)"}
          gate: {url: "test:160x120@25", push: "rtmp://u:hush@127.0.0.1:\(port)/live/gate"}
        """)
    func metrics() throws -> String { String(decoding: try service.get("/metrics").body, as: UTF8.self) }
    func value(_ name: String) throws -> Int {
      let line = try metrics().split(separator: "\n").first { $0.hasPrefix("yolostream_" + name) }
      return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
    }
    let isSent = try waiting { try value("push_frames_total{camera=\"yard\",outcome=\"sent\"}") >= 20 }
    #expect(isSent)
    let isTriedAgain = try waiting { try value("push_reconnects_total{camera=\"gate\",cause=\"unreachable\"}") >= 2 }
    #expect(isTriedAgain)
    #expect(try value("push_up{camera=\"yard\"}") == 1 && value("push_up{camera=\"gate\"}") == 0)
    #expect(try value("push_frames_total{camera=\"gate\",outcome=\"dropped\"}") > 0)
    let isSeen = try waiting { try value("frames_total{camera=\"gate\",stage=\"inferred\"}") > 20 }
    #expect(isSeen)
    let reports = String(decoding: try service.get("/api/v1/cameras").body, as: UTF8.self)
    #expect(reports.contains("\"push\":{\"url\":\"tcp://127.0.0.1:\(sink.port)\",\"up\":true"), "\(reports)")
    #expect(reports.contains("rtmp://***@127.0.0.1:\(port)/live/***") && !reports.contains("hush"), "\(reports)")
    #expect(try !metrics().contains("hush"))
    try await service.stop()
    // MPEG-TS, from its first packet on.
    let bytes = sink.finish()
    #expect(bytes.count > 188 * 20 && bytes.first == 0x47 && bytes[188] == 0x47)
  }
}
