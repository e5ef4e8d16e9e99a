import Foundation
import Testing

@testable import Service

/// The page in a real browser, headless.
@Suite(.serialized) struct PageTests {
  static let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// What the browser makes of `address`: the page as it stands after some seconds of the page's own time.
  private func dump(_ address: String, _ options: [String]) throws -> String {
    let profile = FileManager.default.temporaryDirectory.appending(path: "chromium-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: profile) }
    let process = Process()
    process.executableURL = URL(filePath: Self.browser ?? "")
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--user-data-dir=\(profile.path)", "--timeout=6000",
      ] + options + [address]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }

  @Test(
    .enabled(if: browser != nil, "skipped: needs Chromium"),
    arguments: [("1280,800", "light"), ("1280,800", "dark"), ("390,844", "dark")])
  func `the page shows each camera, its state, its picture and what is seen`(size: String, scheme: String) async throws
  {
    let service = try await RunningService(
      cameras: """
          yard: {url: "test:320x240@25"}
          gate: {url: "test:640x360@25"}
          cellar: {url: "rtsp://127.0.0.1:1/gone"}
          attic: {url: "test:64x64@5", enabled: false}
        """)
    let picture = service.folder.appending(path: "page.png").path
    let options = ["--window-size=\(size)"] + (scheme == "dark" ? ["--force-dark-mode"] : [])
    let page = try dump("http://127.0.0.1:\(service.port)/", options + ["--dump-dom"])
    for text in ["1 of 3 cameras up", "2 of 3 cameras up"].filter({ page.contains($0) }).prefix(1) {
      #expect(text == "2 of 3 cameras up")
    }
    for camera in ["yard", "gate", "cellar", "attic"] { #expect(page.contains(">\(camera)</h2>"), "\(camera)") }
    #expect(page.contains("Switched off") && page.contains("320×240"))
    #expect(page.contains("/api/v1/cameras/yard/latest.jpg?boxes=1"))
    _ = try dump("http://127.0.0.1:\(service.port)/", options + ["--screenshot=\(picture)"])
    #expect((FileManager.default.contents(atPath: picture)?.count ?? 0) > 20_000)
    if let folder = ProcessInfo.processInfo.environment["YOLOSTREAM_SHOTS"] {
      let name = "page-\(size.prefix { $0.isNumber })-\(scheme).png"
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      try FileManager.default.copyItem(atPath: picture, toPath: "\(folder)/\(name)")
    }
    try await service.stop()
  }
}
