import Foundation
import Testing

@testable import Service

/// HTTPS with certificates made for the test, seen by curl.
@Suite(.serialized, .ownThread) struct TLSTests {
  private static let isPossible = ["openssl", "curl"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
  }

  /// A folder with `cert.pem` and `key.pem`.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    var settings: String { "tls: {cert: \(path("cert.pem")), key: \(path("key.pem"))}" }

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try renew()
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    /// Makes another certificate and key, as `name`.
    func renew(_ name: String = "") throws {
      let made = try TLSTests.run(
        "openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
          "/CN=yolostream", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path(name + "key.pem"), "-out",
          path(name + "cert.pem"),
        ])
      try #require(made.status == 0)
    }
  }

  private static func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/\(tool)")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// What curl, which believes only the certificate at `trusted`, gets: head and body.
  private func curl(
    _ service: RunningService, _ path: String, trusted: String, _ more: [String] = []
  ) throws -> (status: Int32, output: String) {
    try Self.run(
      "curl",
      ["-sSi", "--max-time", "60", "--cacert", trusted] + more + ["https://127.0.0.1:\(service.port)\(path)"])
  }

  @Test(.enabled(if: isPossible, "skipped: needs openssl and curl (bash .ci/install --tests)"))
  func `HTTPS uses the given certificate, plain HTTP gets an error, and a renewed certificate is used`()
    async throws
  {
    let folder = try Folder()
    try "0123456789abcdef-XYZ\n".write(toFile: folder.path("token"), atomically: true, encoding: .utf8)
    let service = try await RunningService(
      cameras: "  a: {url: \"test:64x64@25\"}", http: "token_file: \(folder.path("token")), \(folder.settings)")
    #expect(service.sentences.contains { $0.contains("https://127.0.0.1:\(service.port)/") })
    let old = folder.path("old.pem")
    try FileManager.default.copyItem(atPath: folder.path("cert.pem"), toPath: old)
    #expect(try curl(service, "/healthz", trusted: old).output.contains(" 200 "))
    #expect(try curl(service, "/metrics", trusted: old).output.contains(" 401 "))
    let entry = try curl(service, "/?token=0123456789abcdef-XYZ", trusted: old).output
    #expect(entry.contains(" 303 ") && entry.contains("; Secure"), "\(entry)")
    let plain = try service.get("/healthz")
    #expect(plain.status == 400 && String(decoding: plain.body, as: UTF8.self).contains("https://"), "\(plain.head)")
    let token = ["-H", "Authorization: Bearer 0123456789abcdef-XYZ"]
    // A stream without an end: some seconds of it. A pipe to `head` would not end curl, which may have inherited that SIGPIPE
    // is ignored, and then goes on.
    let view = try curl(service, "/live/a.mjpg", trusted: old, ["-N", "--max-time", "8"] + token)
    #expect(view.output.contains("multipart/x-mixed-replace") && view.output.contains("image/jpeg"))

    try folder.renew()
    let reload = ["-X", "POST"] + token
    #expect(try curl(service, "/api/v1/reload", trusted: old, reload).output.contains(" 200 "))
    #expect(try curl(service, "/healthz", trusted: folder.path("cert.pem")).output.contains(" 200 "))
    #expect(try curl(service, "/healthz", trusted: old).status == 60, "curl does not believe the new one by the old")

    try "nothing".write(toFile: folder.path("key.pem"), atomically: true, encoding: .utf8)
    _ = try curl(service, "/api/v1/reload", trusted: folder.path("cert.pem"), reload)
    #expect(service.sentences.contains { $0.hasPrefix("the certificate stays what it was: http.tls.key: expected") })
    #expect(try curl(service, "/healthz", trusted: folder.path("cert.pem")).output.contains(" 200 "))
    try await service.stop()
  }

  @Test(
    .enabled(if: isPossible, "skipped: needs openssl and curl (bash .ci/install --tests)"),
    arguments: [
      ("none.pem", "key.pem", "http.tls.cert: cannot read "), ("cert.pem", "none.pem", "http.tls.key: cannot read "),
      ("key.pem", "key.pem", "http.tls.cert: expected certificates"),
      ("cert.pem", "cert.pem", "http.tls.key: expected a private key"),
      ("cert.pem", "other-key.pem", "is not that of the certificate"),
    ])
  func `files that are no use are a mistake of the configuration, in one sentence`(
    certificate: String, key: String, sentence: String
  ) async throws {
    let folder = try Folder()
    try folder.renew("other-")
    await #expect {
      _ = try await RunningService(
        cameras: "  a: {url: \"test:64x64@25\"}",
        http: "tls: {cert: \(folder.path(certificate)), key: \(folder.path(key))}")
    } throws: { error in
      (error as? ServiceError)?.code == .configuration && "\(error)".contains(sentence)
    }
  }
}
