import Foundation
import Testing

@testable import Service

/// Callers who take places and give nothing: they lock nobody out.
@Suite(.serialized, .timeLimit(.minutes(30))) struct CallersTests {
  private static let camera = "  yard: {url: \"test:160x120@25\"}"

  @Test(arguments: ["/healthz", "/metrics", "/nothing"])
  func `a hundred callers who stay lock nobody out`(path: String) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    try "0123456789abcdef-XYZ\n".write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let service = try await RunningService(cameras: Self.camera, http: "token_file: \(file.path)")
    var held: [Wire] = []
    for _ in 0..<128 { if let wire = try? service.connect() { held.append(wire) } }
    for round in 0..<3 {
      for wire in held { try wire.request(path) }
      let answer = try service.get("/metrics", headers: ["Authorization: Bearer 0123456789abcdef-XYZ"])
      #expect(answer.status == 200, "round \(round): \(answer.head)")
    }
    _ = held
    try await service.stop()
  }

  @Test(arguments: [
    "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-", "G", "", "GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
  ])
  func `requests that never end lock nobody out`(beginning: String) async throws {
    let service = try await RunningService(cameras: Self.camera)
    var held: [Wire] = []
    for _ in 0..<300 {
      guard let wire = try? service.connect() else { break }
      wire.send(beginning)
      held.append(wire)
    }
    for _ in 0..<3 {
      #expect(try service.get("/healthz").status == 200)
      for wire in held { wire.send("a") }
    }
    _ = held
    try await service.stop()
  }

  @Test(arguments: ["/icon.svg", "/base.css", "/healthz?again"])
  func `callers who take what is open to all stay strangers`(path: String) async throws {
    let service = try await service(token: "0123456789abcdef-XYZ")
    var held: [Wire] = []
    for _ in 0..<300 {
      guard let wire = try? service.connect(), (try? wire.request(path)) != nil else { break }
      // Who has the answer to a public file is as little known as before.
      _ = try? wire.answer()
      held.append(wire)
    }
    for _ in 0..<3 {
      let answer = try service.get("/metrics", headers: ["Authorization: Bearer 0123456789abcdef-XYZ"])
      #expect(answer.status == 200 && !answer.head.lowercased().contains("x-yolostream"), "\(answer.head)")
    }
    _ = held
    try await service.stop()
  }

  @Test func `forms that are never sent to their ends lock nobody out`() async throws {
    let service = try await service(token: "0123456789abcdef-XYZ")
    var held: [Wire] = []
    for _ in 0..<300 {
      guard let wire = try? service.connect() else { break }
      wire.send("POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\ntoken=")
      held.append(wire)
    }
    for _ in 0..<3 {
      let answer = try service.get("/metrics", headers: ["Authorization: Bearer 0123456789abcdef-XYZ"])
      #expect(answer.status == 200, "\(answer.head)")
      for wire in held { wire.send("x") }
    }
    _ = held
    try await service.stop()
  }

  private func service(token: String) async throws -> RunningService {
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    try token.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await RunningService(cameras: Self.camera, http: "token_file: \(file.path)")
  }

  @Test func `a page of another site takes no place of the owner's views`() async throws {
    let service = try await RunningService(cameras: Self.camera)
    let foreign = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: image", "Referer: http://evil.example/"]
    for _ in 0..<40 {
      for path in [
        "/live/yard.mjpg", "/api/v1/cameras/yard/latest.jpg", "/live/yard/index.m3u8", "/api/v1/events/stream",
      ] {
        #expect(try service.get(path, headers: foreign).status == 403, "\(path)")
      }
    }
    let own = try service.connect()
    try own.request("/api/v1/events/stream", headers: ["Sec-Fetch-Site: same-origin"])
    #expect(try own.wait(for: "\r\n\r\n")?.contains(" 200 ") == true)
    try await service.stop()
  }

  @Test func `a wrong token closes the connection`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    try "0123456789abcdef-XYZ\n".write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let service = try await RunningService(cameras: Self.camera, http: "token_file: \(file.path)")
    let wire = try service.connect()
    var answers = 0
    for guess in 0..<1000 {
      try wire.request("/metrics", headers: ["Authorization: Bearer guess\(guess)"])
      guard try wire.answer().status > 0 else { break }
      answers += 1
    }
    #expect(answers == 1)
    try await service.stop()
  }
}
