import Foundation
import TestSupport
import Testing

@testable import Service
@testable import Settings

/// A zone from the page to its events: drawn in a real browser, applied, and crossed by somebody that the network of the
/// package detects.
@Suite(
  .serialized, .ownThread, .enabled(if: Browser.path != nil, "skipped: needs Chromium (bash .ci/install --tests)"))
struct PageZoneTests {
  /// Pixels a second at which the walker crosses the frame, of 768 columns.
  private static let speed = 110.0

  /// One of the people of the test photograph crosses it from left to right, again and again.
  private func walk(_ folder: ScratchFolder) throws -> String {
    let path = folder.path + "/walk.mp4"
    let chain =
      "[0]split[a][b];[b]crop=60:140:576:196,scale=96:-1[walker];"
      + "[a][walker]overlay=x='-96+\(Self.speed)*t':y=280,format=yuv420p"
    try FFmpegTool.run(
      ["-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-t", "9", "-filter_complex", chain]
        + ["-c:v", "libx264", "-preset", "veryfast", "-g", "10", path])
    return path
  }

  @Test func `a zone that is drawn and applied is entered and left once by each who crosses it`() async throws {
    let folder = try ScratchFolder()
    let camera = "url: \"\(try walk(folder))\"\n    detect: {conf: 15%, classes: [person]}"
    let weights = TestClip.photograph.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/yolostream/Resources/gelan-n.safetensors")
    let service = try await RunningService(cameras: "  yard:\n    \(camera)", weights: weights)
    let browser = try Browser(arguments: [])
    try browser.open(
      "http://127.0.0.1:\(service.port)/#live?camera=yard&edit=1", width: 1280, height: 1000, isDark: false)
    #expect(
      try browser.wait(
        for: "document.querySelector('.editor') && document.querySelector('.watch img').naturalWidth > 0"))
    try browser.click("[...document.querySelectorAll('.editor button')].find((b) => b.textContent === 'Add a zone')")
    let area =
      "(() => { const r = document.querySelector('.watch canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()"
    for (x, y) in [(0.35, 0.6), (0.75, 0.6), (0.75, 0.97), (0.35, 0.97), (0.35, 0.6)] {
      let side = try #require(try browser.value(of: area) as? [Double])
      try browser.click(x: side[0] + x * side[2], y: side[1] + y * side[3])
    }
    // 40 % of 768 columns are 307 pixels: with 6 m for them the walker has 2.15 m/s, which is 7.7 km/h.
    _ = try browser.value(
      of: """
        (() => { const field = [...document.querySelectorAll('.editor label')].find((l) => l.textContent.startsWith('Sides'))
          .querySelector('input'); field.value = '6, 4, 6, 4'; field.dispatchEvent(new Event('input', {bubbles: true})) })()
        """)
    #expect(try browser.shoot("zone"))
    let text = try #require(try browser.value(of: "document.querySelector('.yaml pre').textContent") as? String)
    let marks = text.split(separator: "\n").dropFirst(2).joined(separator: "\n")
    let cameras = "  yard:\n    \(camera)\n" + marks
    try RunningService.text(cameras: cameras, folder: service.folder, size: 640)
      .write(to: service.configuration, atomically: true, encoding: .utf8)
    #expect(try service.get("/api/v1/reload", method: "POST").status == 200, "\(text)")
    func lines(_ type: String) throws -> [[String: Any]] {
      try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }.filter { $0["type"] as? String == type }
    }
    let isCrossed = try waiting { try lines("zone_exit").count >= 3 }
    #expect(isCrossed)
    try await service.stop()
    // The first may have been in the zone when it was applied, and a last one may not have left it.
    let crossed = try lines("zone_exit").dropFirst().prefix(2)
    #expect(crossed.count == 2)
    for exit in crossed {
      let id = try #require(exit["id"] as? String)
      for type in ["zone_enter", "zone_exit"] {
        #expect(try lines(type).count { $0["id"] as? String == id } == 1, "\(type) of \(exit)")
      }
      let dwell = try #require(exit["dwell"] as? Double)
      #expect(abs(dwell - 0.4 * 768 / Self.speed) < 0.35, "\(dwell)")
      let speed = try #require(exit["mean_speed"] as? Double)
      #expect(
        abs(speed - Self.speed / (0.4 * 768) * 6 * 3.6) < 0.5 && exit["speed_unit"] as? String == "km/h", "\(speed)")
    }
  }
}
