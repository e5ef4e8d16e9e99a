import Foundation
import TestSupport
import Testing

@testable import Service
@testable import Settings

/// The live view, the editor and the state of the service in a real browser.
@Suite(
  .serialized, .ownThread, .enabled(if: Browser.path != nil, "skipped: needs Chromium (bash .ci/install --tests)"))
struct PageTests {
  @Test(
    .enabled(if: Browser.axe != nil, "skipped: needs axe-core (bash .ci/install --tests); no view is checked with it"))
  func `axe-core finds an image without a description`() throws {
    let browser = try Browser(arguments: [])
    try browser.open(
      "data:text/html,<html lang=en><title>a</title><main><h1>a</h1><img src=a>", width: 400, height: 300, isDark: false
    )
    #expect(try browser.violations()?.contains("image-alt") == true)
  }

  @Test(arguments: [(1280, 860, false), (2560, 1300, true), (390, 844, true)])
  func `the page shows each camera, its state, its frames and what is seen`(
    width: Int, height: Int, isDark: Bool
  ) async throws {
    let service = try await RunningService(
      cameras: """
          yard: {url: "\(try TestClip.walk.file.path)"}
          gate: {url: "test:640x360@25"}
          cellar: {url: "rtsp://127.0.0.1:1/gone"}
          attic: {url: "test:64x64@5", enabled: false}
        """, outputs: "webhooks: {phone: {url: \"http://127.0.0.1:1/\"}}")
    let name = "\(width)-\(isDark ? "dark" : "light")"
    let browser = try Browser(arguments: [])
    try browser.open("http://127.0.0.1:\(service.port)/", width: width, height: height, isDark: isDark)
    let state = { (camera: String) in "document.querySelector('.tile[href$=\(camera)]')?.dataset.state" }
    #expect(try browser.wait(for: "document.querySelectorAll('.tile').length === 4"))
    for (camera, expected) in [("yard", "up"), ("gate", "up"), ("attic", "disabled")] {
      #expect(try browser.wait(for: "\(state(camera)) === '\(expected)'"))
    }
    // Frames come and go on, and boxes are drawn above them.
    #expect(
      try browser.wait(
        for: "(window.sources ??= new Set()).add(document.querySelector('.tile[data-state=up] img').src).size > 5"))
    #expect(
      try browser.wait(for: "[...document.querySelectorAll('.tile[data-state=up] canvas')].some((c) => c.width > 100)"))
    #expect(try browser.wait(for: "document.querySelector('.tile[data-state=up] .clock').textContent.includes(':')"))
    // An outage: for how long, why, and when it is tried again.
    let note = "document.querySelector('.tile[href$=cellar] .note').innerText"
    #expect(
      try browser.wait(
        for: "/Offline for \\d+ s\\nNobody answers at its address\\nNext attempt in \\d+ s/.test(\(note))"))
    #expect(try browser.wait(for: "document.getElementById('status').textContent.startsWith('cellar offline for')"))
    #expect(
      try browser.value(of: "document.querySelector('.tile[href$=attic] .note').innerText") as? String == "Switched off"
    )
    try browser.checkView("live-\(name)")
    // An offline camera has a view like any other.
    try browser.click("document.querySelector('.tile[href$=cellar]')")
    #expect(try browser.wait(for: "document.querySelector('.watch .note')?.innerText.includes('Connection refused')"))
    #expect(try browser.value(of: "document.querySelector('.watch .stage').clientHeight > 150") as? Bool == true)
    try browser.checkView("offline-\(name)")
    try browser.press("b", code: 66)
    #expect(
      try browser.wait(
        for: "document.querySelector('.watch [aria-label=Boxes]').getAttribute('aria-pressed') === 'false'"))
    try browser.press("4", code: 52)
    #expect(try browser.wait(for: "document.querySelectorAll('tbody tr').length === 5"))
    let receiver = "[...document.querySelectorAll('tbody th')].find((cell) => cell.textContent === 'webhook phone')"
    #expect(try browser.wait(for: "/^(waiting|connected)/.test(\(receiver)?.nextSibling.textContent)"))
    #expect(
      try browser.wait(
        for: "document.querySelector('.activity img').naturalWidth >= 640 && document.querySelector('.activity svg')"))
    try browser.checkView("system-\(name)")
    // A camera that the configuration has no longer leaves the page; so do green dots with the server.
    try browser.press("1", code: 49)
    try RunningService.text(cameras: "  gate: {url: \"test:640x360@25\"}", folder: service.folder)
      .write(to: service.configuration, atomically: true, encoding: .utf8)
    #expect(try service.get("/api/v1/reload", method: "POST").status == 200)
    #expect(try browser.wait(for: "document.querySelectorAll('.tile').length === 1 && \(state("gate")) === 'up'"))
    #expect(try browser.wait(for: "document.getElementById('status').textContent === '1 of 1 camera online'"))
    try await service.stop()
    #expect(
      try browser.wait(
        for:
          "\(state("gate")) === 'unknown' && document.getElementById('status').textContent.startsWith('no connection')")
    )
    #expect(try browser.wait(for: "document.querySelector('.tile .note').innerText === 'No connection to the server'"))
  }

  @Test func `a camera's own video comes first, a second behind, with boxes above it`() async throws {
    let service = try await RunningService(cameras: "  yard: {url: \"\(try TestClip.walk.file.path)\"}")
    let browser = try Browser(arguments: [])
    try browser.open(
      "http://127.0.0.1:\(service.port)/#live?camera=yard", width: 1280, height: 860, isDark: true)
    // Part by part, so that it stays close to what the server has: the players of browsers are six seconds behind.
    #expect(
      try browser.wait(
        for: """
          (window.shown = document.querySelector('.watch video')) && !shown.hidden && shown.videoWidth > 0
            && shown.currentTime > 3 && shown.src.startsWith('blob:')
            && parseFloat(document.querySelector('.behind').textContent) < 2.5
          """))
    let inked = """
      (() => { const c = document.querySelector('.watch canvas');
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 0) })()
      """
    #expect(try browser.wait(for: inked), "the network of the tests sees something everywhere")
    try browser.checkView("video")
    try await service.stop()
  }

  @Test func `zones and lines that are drawn pass as configuration, by pointer and by keyboard`() async throws {
    let service = try await RunningService(
      cameras: "  yard: {url: \"test:640x360@25\", zones: {old: {points: [[0, 0], [0.2, 0], [0.2, 0.2]]}}}")
    let browser = try Browser(arguments: [])
    try browser.open(
      "http://127.0.0.1:\(service.port)/#live?camera=yard&edit=1", width: 1280, height: 1000, isDark: false)
    #expect(
      try browser.wait(
        for: "document.querySelector('.editor') && document.querySelector('.watch img').naturalWidth > 0"))
    let button = { (text: String) in
      "[...document.querySelectorAll('.editor button')].find((b) => b.textContent === '\(text)').click()"
    }
    let area =
      "(() => { const r = document.querySelector('.watch canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()"
    func click(_ points: [(Double, Double)]) throws {
      for (x, y) in points {
        let side = try #require(try browser.value(of: area) as? [Double])
        try browser.click(x: side[0] + x * side[2], y: side[1] + y * side[3])
      }
    }
    _ = try browser.value(of: button("Add a zone"))
    try click([(0.5, 0.5), (0.9, 0.5), (0.9, 0.9), (0.5, 0.9), (0.5, 0.5)])
    _ = try browser.value(of: button("Add a line"))
    try click([(0.1, 0.6), (0.4, 0.6)])
    // A mask by keys alone: three corners, the last of which is moved.
    _ = try browser.value(of: button("Add a mask"))
    for _ in 0..<3 { try browser.press("Enter", code: 13) }
    try browser.press("ArrowRight", code: 39)
    try browser.press("Escape", code: 27)
    let text = try #require(try browser.value(of: "document.querySelector('.yaml pre').textContent") as? String)
    try browser.checkView("editor")
    let lines = text.split(separator: "\n")
    #expect(lines[0] == "cameras:" && lines[1] == "  yard:")
    let cameras = "  yard:\n    url: \"test:640x360@25\"\n" + lines.dropFirst(2).joined(separator: "\n")
    let yaml = RunningService.text(cameras: cameras, folder: service.folder)
    let camera = try ServiceConfiguration(yaml: yaml, path: "c.yml", environment: [:]).cameras[0]
    #expect(camera.zones.map(\.name) == ["old", "zone2"] && camera.lines.map(\.name) == ["line1"], "\(text)")
    let corners = try #require(camera.zones.last?.area?.corners)
    #expect(corners.count == 4 && abs(corners[0].x - 0.5) < 0.01 && abs(corners[2].y - 0.9) < 0.01, "\(text)")
    #expect(abs((camera.lines[0].b?.x ?? 0) - 0.4) < 0.01 && camera.objectMasks.map(\.corners.count) == [3], "\(text)")
    // What was drawn is what the service has after it has read its configuration again.
    try yaml.write(to: service.configuration, atomically: true, encoding: .utf8)
    #expect(try service.get("/api/v1/reload", method: "POST").status == 200)
    let marks = String(decoding: try service.get("/api/v1/cameras/yard/marks").body, as: UTF8.self)
    #expect(marks.contains("\"name\":\"zone2\"") && marks.contains("\"name\":\"line1\""), "\(marks)")
    // Names that the service would refuse are not given out.
    _ = try browser.value(
      of:
        "(() => { const i = document.querySelector('.shapes input'); i.value = 'a b'; i.dispatchEvent(new Event('input')) })()"
    )
    #expect(
      try browser.value(of: "document.querySelector('.problem').textContent") as? String
        == "“a b” cannot be a name: expected at most 40 letters, digits, _ and -.")
    try await service.stop()
  }
}
