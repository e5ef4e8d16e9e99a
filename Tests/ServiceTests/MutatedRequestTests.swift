import Foundation
import TestSupport
import Testing

@testable import Service

/// Bent requests: the server answers or closes, and the next caller is served.
@Suite(.serialized, .timeLimit(.minutes(60))) struct MutatedRequestTests {
  private static let paths = [
    "/", "/live/yard/index.m3u8?_HLS_msn=9223372036854775807&_HLS_part=9223372036854775807",
    "/live/yard/index.m3u8?_HLS_msn=-9223372036854775808", "/live/yard/999999999.9999.m4s", "/live/yard/0.mp4",
    "/api/v1/cameras/%2e%2e", "/api/v1/events/00000000000000000000000000/clip.mp4",
    "/api/v1/events?limit=99999999999999999999",
    "/api/v1/events/../../etc/passwd", "/live/%00.mjpg", "/api/v1/cameras/yard/latest.jpg?boxes=1", "/%zz", "*",
    "/live/é/x",
    "/metrics", "http://127.0.0.1/metrics", "/?" + (0..<500).map { "a\($0)=b" }.joined(separator: "&"),
  ]
  private static let headers = [
    "Range: bytes=0-", "Range: bytes=-99999999999999999999", "Content-Length: -1",
    "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, identity", "Connection: Upgrade\r\nUpgrade: h2c",
    "Expect: 100-continue", "Cookie: =;=;;", "Authorization: Bearer ", "X : a", ": a", "Host: [", "Origin: ",
    "If-Range: \"x\"", "Accept-Encoding: gzip, *", "Cookie: " + String(repeating: "a=b;", count: 1500),
  ]

  @Test func `bent requests harm nobody`() async throws {
    let service = try await RunningService(cameras: "  yard: {url: \"test:64x64@5\"}")
    let corpus = Self.paths.flatMap { path in
      ["GET", "POST", "HEAD", "DELETE", "PRI", ""].enumerated().map { index, method in
        let header = Self.headers[(index * 5 + path.utf8.count) % Self.headers.count]
        return "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(header)\r\n\r\n"
      }
    }
    var sent = 0
    try Mutations.each(of: corpus, name: "request", usual: 300) { seed, bytes in
      let wire = try service.connect()
      wire.send(bytes)
      sent += 1
      if seed % 100 == 0 { #expect(try service.get("/healthz").status == 200, "after seed \(seed)") }
    }
    #expect(sent > 200)
    #expect(try service.get("/api/v1/cameras/yard").status == 200)
    try await service.stop()
  }
}
