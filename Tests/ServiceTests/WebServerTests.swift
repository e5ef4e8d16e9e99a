import Foundation
import TestSupport
import Testing

@testable import Service
@testable import Web

@Suite(.serialized, .ownThread) struct WebServerTests {
  private static let camera = "  yard: {url: \"test:160x120@25\"}"

  /// Waits until a frame of a camera has been analysed.
  private func watching(_ service: RunningService, _ camera: String = "yard", headers: [String] = []) throws {
    let wire = try service.connect()
    try wire.request("/api/v1/events/stream", headers: headers)
    while let text = try wire.wait(for: "\n\n") {
      if text.contains("event: detections"), text.contains("\"camera\":\"\(camera)\"") { return }
    }
  }

  @Test func `each route answers, on loopback without a token`() async throws {
    let service = try await RunningService(cameras: Self.camera)
    try watching(service)
    for (path, status, type) in [
      ("/healthz", 200, "text/plain"), ("/readyz", 200, "text/plain"), ("/version", 200, "application/json"),
      ("/metrics", 200, "text/plain; version=0.0.4"), ("/", 200, "text/html"), ("/base.css", 200, "text/css"),
      ("/app.js", 200, "text/javascript"), ("/icon.svg", 200, "image/svg+xml"),
      ("/manifest.webmanifest", 200, "application/manifest+json"),
      ("/api/v1/cameras/yard/marks", 200, "application/json"),
      ("/api/v1/cameras/none/marks", 404, "text/plain"), ("/api/v1/cameras", 200, "application/json"),
      ("/api/v1/cameras/yard", 200, "application/json"), ("/api/v1/cameras/none", 404, "text/plain"),
      ("/api/v1/cameras/yard/latest.jpg", 200, "image/jpeg"),
      ("/api/v1/cameras/yard/latest.jpg?boxes=1", 200, "image/jpeg"),
      ("/api/v1/cameras/none/latest.jpg", 404, "text/plain"), ("/live/none.mjpg", 404, "text/plain"),
      ("/live/none/index.m3u8", 404, "text/plain"), ("/live/yard/index.m3u8", 404, "text/plain"),
      ("/live/yard/0.m4s", 404, "text/plain"), ("/live/yard/..%2f0.mp4", 404, "text/plain"),
      ("/api/v1/stats", 200, "application/json"), ("/nothing", 404, ""),
    ] {
      let answer = try service.get(path)
      #expect(answer.status == status, "\(path): \(answer.head)")
      #expect(answer.head.lowercased().contains("content-type: \(type)") || type.isEmpty, "\(path): \(answer.head)")
      if type == "application/json" {
        #expect((try? JSONSerialization.jsonObject(with: Data(answer.body))) != nil, "\(path)")
      }
      if type == "image/jpeg" {
        #expect(answer.body.starts(with: [0xFF, 0xD8]) && answer.body.suffix(2) == [0xFF, 0xD9])
      }
    }
    try await service.stop()
  }

  @Test func `with a token nobody comes in without it, but for the sign of life`() async throws {
    let token = "0123456789abcdef-XYZ"
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    try (token + "\n").write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let service = try await RunningService(cameras: Self.camera, http: "token_file: \(file.path)")
    try watching(service, headers: ["Authorization: Bearer \(token)"])
    #expect(try service.get("/healthz").status == 200)
    for (path, method) in [
      ("/", "GET"), ("/app.js", "GET"), ("/api/v1/visits", "GET"), ("/login", "GET"), ("/readyz", "GET"),
      ("/version", "GET"), ("/metrics", "GET"),
      ("/api/v1/cameras", "GET"), ("/api/v1/cameras/yard", "GET"), ("/api/v1/cameras/yard/latest.jpg", "GET"),
      ("/live/yard.mjpg", "GET"), ("/live/yard/index.m3u8", "GET"), ("/live/yard/0.m4s", "GET"),
      ("/api/v1/events/stream", "GET"), ("/api/v1/stats", "GET"), ("/api/v1/heatmap/yard.png", "GET"),
      ("/api/v1/reload", "POST"),
      ("/nothing", "GET"), ("/healthz/../metrics", "GET"), ("//healthz", "GET"),
    ] {
      for headers in [[], ["Cookie: yolostream_session=no"]] {
        let answer = try service.get(path, method: method, headers: headers)
        #expect(answer.status == 401, "\(path) \(headers): \(answer.head)")
      }
    }
    // Ten wrong tokens a minute lock an address out, so they are few here.
    for path in ["/", "/metrics", "/api/v1/cameras"] {
      for wrong in ["Authorization: Bearer \(token)x", "Authorization: Bearer "] {
        #expect(try service.get(path, headers: [wrong]).status == 401)
      }
    }
    #expect(try service.get("/?token=wrong").status == 401)
    #expect(try service.get("/metrics?token=\(token)").status == 401, "the token belongs in addresses of the page only")
    #expect(try service.get("/metrics", headers: ["Authorization: Bearer \(token)"]).status == 200)
    let entry = try service.get("/?token=\(token)")
    #expect(entry.status == 303)
    let cookie = try #require(entry.head.firstMatch(of: /(?i)set-cookie: ([^;]+);/)).1
    #expect(entry.head.contains("HttpOnly") && entry.head.contains("SameSite=Strict"))
    #expect(try service.get("/", headers: ["Cookie: \(cookie)"]).status == 200)
    for _ in 0..<10 { _ = try service.get("/metrics", headers: ["Authorization: Bearer wrong"]) }
    #expect(try service.get("/metrics", headers: ["Authorization: Bearer \(token)"]).status == 429)
    #expect(try service.get("/", headers: ["Cookie: \(cookie)"]).status == 200, "an open session goes on")
    try await service.stop()
  }

  @Test func `a page of another site can neither look nor change anything`() async throws {
    let service = try await RunningService(cameras: Self.camera)
    #expect(try service.get("/api/v1/cameras", headers: ["Host: evil.example"]).status == 403)
    #expect(try service.get("/api/v1/reload", method: "POST", headers: ["Origin: http://evil.example"]).status == 403)
    #expect(try service.get("/api/v1/cameras", headers: ["Host: localhost:8080"]).status == 200)
    let own = ["Host: 127.0.0.1:\(service.port)", "Origin: http://127.0.0.1:\(service.port)"]
    #expect(try service.get("/api/v1/reload", method: "POST", headers: own).status == 200)
    try await service.stop()
  }

  @Test(.timeLimit(.minutes(30))) func `a reload that comes with the end is answered`() async throws {
    let service = try await RunningService(cameras: Self.camera)
    let run = service.run
    run.stop()
    let outcome: ReloadOutcome = await run.reload()
    #expect(outcome == .refused("the service is stopping"))
    try await service.stop()
  }

  @Test func `ways out of the routes, floods of headers and callers that read nothing cost the cameras nothing`()
    async throws
  {
    let service = try await RunningService(cameras: Self.camera)
    try watching(service)
    for path in [
      "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/page.css/../../../etc/passwd", "/live/..%2f..%2fyard.mjpg",
      "/api/v1/cameras/..%2f..%2fetc%2fpasswd/latest.jpg", "/api/v1/cameras/%00/latest.jpg", "/%",
      "/api/v1/cameras/yard/latest.jpg/../../../../etc/passwd",
    ] {
      let answer = try service.get(path)
      #expect([0, 400, 403, 404].contains(answer.status), "\(path): \(answer.head)")
    }
    for flood in [
      (0..<500).map { "X-\($0): a" }, ["X-Long: " + String(repeating: "a", count: 100_000)],
      (0..<40).map { "X-\($0): " + String(repeating: "a", count: 1000) },
    ] {
      let answer = try? service.get("/api/v1/cameras", headers: flood)
      #expect([nil, 0, 400, 431].contains(answer?.status), "\(flood.count) headers: \(answer?.head ?? "")")
    }
    // Half a request each, and live views that nobody reads.
    let slow = try (0..<40).map { _ in try service.connect() }
    for (index, wire) in slow.enumerated() {
      if index < 20 { wire.send("GET / HTTP/1.1\r\nHost: 127") } else { try wire.request("/live/yard.mjpg") }
    }
    for _ in 0..<10 { try watching(service) }
    let report =
      try JSONSerialization.jsonObject(with: Data(try service.get("/api/v1/cameras/yard").body)) as? [String: Any]
    #expect((report?["inferred"] as? Int ?? 0) >= 10 && report?["failures"] as? Int == 0, "\(report ?? [:])")
    _ = slow
    try await service.stop()
  }

  @Test func `live views are few, and a place is free again when one ends`() async throws {
    let service = try await RunningService(cameras: Self.camera)
    try watching(service)
    var views: [Wire] = []
    // One place may still be taken by the event stream that was read before.
    for _ in 0..<ConnectionLimits.streamsOfOne - 1 {
      let wire = try service.connect()
      try wire.request("/live/yard.mjpg")
      #expect(try wire.wait(for: "image/jpeg") != nil)
      views.append(wire)
    }
    let last = try (0..<2).map { _ in try service.connect() }
    for wire in last { try wire.request("/live/yard.mjpg") }
    #expect(try last.contains { try $0.wait(for: "\r\n\r\n")?.contains(" 503 ") == true })
    views.removeAll()
    // The server notices with the next image it sends.
    let isFree = try waiting {
      let wire = try service.connect()
      try wire.request("/live/yard.mjpg")
      return try #require(try wire.wait(for: "\r\n\r\n")).contains(" 200 ")
    }
    #expect(isFree)
    try await service.stop()
  }

  @Test func `a live view stays open without frames, shows why, and starts with the camera`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "later-\(UUID().uuidString).jpg")
    defer { try? FileManager.default.removeItem(at: path) }
    let service = try await RunningService(
      cameras: Self.camera + "\n  later: {url: \"\(path.path)\"}\n  off: {url: \"test:64x64@5\", enabled: false}")
    try watching(service)
    let wire = try service.connect()
    try wire.request("/live/later.mjpg")
    #expect(try wire.wait(for: "\r\n\r\n")?.contains(" 200 ") == true)
    for _ in 0..<3 { #expect(try Self.size(of: wire.jpeg()) == [640, 360]) }
    try Data(service.get("/api/v1/cameras/yard/latest.jpg").body).write(to: path)
    let isAlive = try waiting { try Self.size(of: wire.jpeg()) == [160, 120] }
    #expect(isAlive)
    let off = try service.connect()
    try off.request("/live/off.mjpg")
    #expect(try off.wait(for: "\r\n\r\n") != nil)
    let image = try #require(try off.jpeg())
    #expect(Self.size(of: image) == [640, 360])
    if let folder = ProcessInfo.processInfo.environment["YOLOSTREAM_SHOTS"] {
      try Data(image).write(to: URL(filePath: "\(folder)/image.jpg"))
    }
    try await service.stop()
    // The server ends views when it stops.
    while try off.jpeg() != nil {}
  }

  /// Width and height of a baseline JPEG.
  private static func size(of jpeg: [UInt8]?) -> [Int]? {
    guard let jpeg, let start = jpeg.firstRange(of: [0xFF, 0xC0])?.upperBound else { return nil }
    return [start + 5, start + 3].map { Int(jpeg[$0]) << 8 | Int(jpeg[$0 + 1]) }
  }

  @Test func `the health check fails while a thread is stuck, and not because a camera is offline`() async throws {
    let service = try await RunningService(cameras: "  gone: {url: \"rtsp://127.0.0.1:1/secret\"}")
    let isDown = try waiting {
      String(decoding: try service.get("/api/v1/cameras/gone").body, as: UTF8.self).contains("\"state\":\"down\"")
    }
    #expect(isDown)
    #expect(try service.get("/healthz").status == 200)
    let camera = try #require(service.run.supervisor.cameras.first)
    // As if its last sign of life had come when this machine was started. Its thread gives the next one at its next attempt.
    var health = try service.get("/healthz")
    let isSeen = try waiting {
      camera.record.noteFrame(width: 1, height: 1, at: 1)
      health = try service.get("/healthz")
      return health.status == 503
    }
    #expect(isSeen && String(decoding: health.body, as: UTF8.self) == "stuck\n")
    #expect(try waiting { try service.get("/healthz").status == 200 })
    try await service.stop()
  }

  @Test func `metrics follow the format and count what happens`() async throws {
    let service = try await RunningService(cameras: Self.camera + "\n  gone: {url: \"rtsp://u:hush@127.0.0.1:1/x\"}")
    for _ in 0..<3 { try watching(service) }
    let text = String(decoding: try service.get("/metrics").body, as: UTF8.self)
    for name in [
      "yolostream_build_info{version=", "yolostream_camera_up{camera=\"yard\"} 1",
      "yolostream_camera_up{camera=\"gone\"} 0",
      "yolostream_camera_state{camera=\"yard\",state=\"up\"} 1",
      "yolostream_frames_total{camera=\"yard\",stage=\"inferred\"}",
      "yolostream_frame_age_seconds_bucket{camera=\"yard\",le=\"+Inf\"}",
      "yolostream_stage_duration_seconds_count{camera=\"yard\",stage=\"infer\"}",
      "yolostream_frames_dropped_total{camera=\"yard\",reason=\"stale\"}", "process_resident_memory_bytes ",
      "process_open_fds ", "yolostream_config_reload_success_timestamp_seconds ",
    ] { #expect(text.contains(name), "\(name)") }
    #expect(!text.contains("hush"))
    var last: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let match = try #require(line.wholeMatch(of: /([a-z_]+)(\{[^}]*\})? ([0-9.e+-]+)/), "\(line)")
      guard match.1.hasSuffix("_bucket") else { continue }
      let labels = String(match.2 ?? "").replacing(/le="[^"]*"/, with: "")
      let series = String(match.1) + labels
      let value = try #require(Double(match.3))
      #expect(value >= last[series] ?? 0, "\(line)")
      last[series] = value
    }
    #expect(!last.isEmpty)
    try await service.stop()
  }
}
