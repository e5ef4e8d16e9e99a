import Foundation
import TestSupport
import Testing

@testable import Service

/// The ways in: a form, Basic for viewers of cameras, and HEAD.
@Suite(.serialized, .ownThread) struct AccessTests {
  private static let token = "0123456789abcdef-XYZ+/="

  private func service() async throws -> RunningService {
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    try Self.token.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await RunningService(
      cameras: "  yard: {url: \"test:160x120@25\"}", http: "token_file: \(file.path)", storage: ", min_free: 0")
  }

  private func post(_ body: String, to service: RunningService) throws -> (status: Int, head: String, body: String) {
    let wire = try service.connect()
    try wire.request(
      "/login", method: "POST",
      headers: [
        "Content-Type: application/x-www-form-urlencoded", "Content-Length: \(body.utf8.count)", "Accept: text/html",
        "Connection: close",
      ])
    wire.send(body)
    let answer = try wire.answer()
    return (answer.status, answer.head, String(decoding: answer.body, as: UTF8.self))
  }

  @Test func `a browser gets a form for the token, and then uses a cookie`() async throws {
    let service = try await service()
    let asked = try service.get("/", headers: ["Accept: text/html,*/*"])
    let form = String(decoding: asked.body, as: UTF8.self)
    #expect(asked.status == 401 && form.contains("action=\"/login\"") && !form.contains("not the token"))
    for path in ["/base.css", "/icon.svg", "/manifest.webmanifest"] { #expect(try service.get(path).status == 200) }
    let wrong = try post("token=wrong", to: service)
    #expect(wrong.status == 401 && wrong.body.contains("This is not the token."))
    #expect(try post("", to: service).status == 401)
    #expect(try post("token=" + String(repeating: "x", count: 9000), to: service).status == 401)
    let right = try post("token=0123456789abcdef-XYZ%2B%2F%3D", to: service)
    #expect(right.status == 303 && right.head.contains("HttpOnly"), "\(right.head)")
    let cookie = try #require(right.head.firstMatch(of: /(?i)set-cookie: ([^;]+);/)).1
    let page = try service.get("/", headers: ["Cookie: \(cookie)"])
    #expect(page.status == 200 && String(decoding: page.body, as: UTF8.self).contains("/app.js"))
    // Guesses in the form are counted as others are.
    for _ in 0..<9 { _ = try post("token=wrong", to: service) }
    #expect(try post("token=0123456789abcdef-XYZ%2B%2F%3D", to: service).status == 429)
    try await service.stop()
  }

  @Test func `with a second token the first one only reads`() async throws {
    let folder = try ScratchFolder()
    let second = "fedcba9876543210-ABC"
    try Self.token.write(toFile: folder.path + "/first", atomically: true, encoding: .utf8)
    try second.write(toFile: folder.path + "/second", atomically: true, encoding: .utf8)
    let service = try await RunningService(
      cameras: "  yard: {url: \"test:160x120@25\"}",
      http: "token_file: \(folder.path)/first, write_token_file: \(folder.path)/second")
    func status(_ method: String, _ path: String, _ header: String) throws -> Int {
      try service.get(path, method: method, headers: [header, "Content-Length: 0"]).status
    }
    for (token, reload) in [(Self.token, 403), (second, 200)] {
      let bearer = "Authorization: Bearer \(token)"
      #expect(try status("GET", "/api/v1/cameras", bearer) == 200)
      #expect(try status("POST", "/api/v1/reload", bearer) == reload)
      let welcome = try service.get("/?token=\(token.replacing("+", with: "%2B"))")
      let cookie = try #require(welcome.head.firstMatch(of: /(?i)set-cookie: ([^;]+);/)).1
      #expect(try status("GET", "/api/v1/cameras", "Cookie: \(cookie)") == 200)
      #expect(try status("POST", "/api/v1/reload", "Cookie: \(cookie)") == reload)
    }
    #expect(try status("POST", "/api/v1/reload", "Authorization: Bearer no-such-token-at-all") == 401)
    try await service.stop()
  }

  @Test func `images and live views take the token as the password of Basic, nothing else does`() async throws {
    let service = try await service()
    let basic = "Authorization: Basic " + Data("viewer:\(Self.token)".utf8).base64EncodedString()
    let wrong = "Authorization: Basic " + Data("viewer:no".utf8).base64EncodedString()
    #expect(
      try waiting { try service.get("/api/v1/cameras/yard/latest.jpg", headers: [basic]).status == 200 })
    let wire = try service.connect()
    try wire.request("/live/yard.mjpg", headers: [basic])
    #expect(try wire.jpeg()?.starts(with: [0xFF, 0xD8]) == true)
    for (path, method) in [("/", "GET"), ("/api/v1/cameras", "GET"), ("/api/v1/reload", "POST"), ("/metrics", "GET")] {
      #expect(try service.get(path, method: method, headers: [basic]).status == 401, "\(path)")
    }
    let refused = try service.get("/api/v1/cameras/yard/latest.jpg", headers: [wrong])
    #expect(
      refused.status == 401 && refused.head.lowercased().contains("www-authenticate: basic realm="), "\(refused.head)")
    for bad in ["Basic", "Basic !!!", "Basic " + Data("no colon".utf8).base64EncodedString()] {
      #expect(try service.get("/live/yard.mjpg", headers: ["Authorization: \(bad)"]).status == 401)
    }
    // The page has a form for that.
    let own = try service.get("/live/yard.mjpg", headers: ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: no-cors"])
    #expect(own.status == 401 && own.head.lowercased().contains("www-authenticate: bearer"))
    try await service.stop()
  }

  @Test func `HEAD answers as GET does, without the body`() async throws {
    let service = try await RunningService(cameras: "  yard: {url: \"test:160x120@25\"}", storage: ", min_free: 0")
    #expect(try waiting { try service.get("/api/v1/cameras/yard/latest.jpg").status == 200 })
    for (path, status) in [
      ("/", 200), ("/api/v1/cameras/yard/latest.jpg", 200), ("/live/yard.mjpg", 200), ("/api/v1/cameras", 200),
      ("/api/v1/events/stream", 200), ("/live/none.mjpg", 404),
    ] {
      let wire = try service.connect()
      try wire.request(path, method: "HEAD", headers: ["Connection: close"])
      let head = try #require(try wire.wait(for: "\r\n\r\n"), "\(path)")
      #expect(head.hasPrefix("HTTP/1.1 \(status)"), "\(path): \(head)")
      #expect(try wire.wait(for: "\n") == nil, "\(path): nothing follows, and the connection ends")
    }
    try await service.stop()
  }
}
