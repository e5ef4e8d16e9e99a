import Foundation
import TestSupport
import Testing

@testable import Service

/// The page in a real browser.
@Suite(.serialized, .ownThread) struct PageTests {
  @Test(
    .enabled(if: Browser.path != nil, "skipped: needs Chromium (bash .ci/install --tests)"),
    arguments: [(1280, 860, false), (1280, 860, true), (390, 844, true)])
  func `the page shows each camera, its state, its picture and what is seen`(
    width: Int, height: Int, isDark: Bool
  ) async throws {
    let video = try TestClip.walk.file.path
    let service = try await RunningService(
      cameras: """
          yard: {url: "\(video)"}
          gate: {url: "test:640x360@25"}
          cellar: {url: "rtsp://127.0.0.1:1/gone"}
          attic: {url: "test:64x64@5", enabled: false}
        """)
    let browser = try Browser(arguments: [])
    try browser.open("http://127.0.0.1:\(service.port)/", width: width, height: height, isDark: isDark)
    #expect(try browser.wait(for: "document.querySelectorAll('.card').length === 4"))
    #expect(try browser.wait(for: "document.getElementById('summary').textContent === '2 of 3 cameras up'"))
    for camera in ["yard", "gate"] {
      #expect(
        try browser.wait(
          for: "[...document.images].some((i) => i.naturalWidth > 0 && i.alt === 'Picture of \(camera)')"))
    }
    // The picture goes on, and so does what is seen in it.
    #expect(
      try browser.wait(
        for: """
          (window.sources ??= new Set()).add(document.querySelector('.card.up img').src).size > 5
          """))
    #expect(try browser.wait(for: "document.querySelector('.card.up .numbers').textContent.includes('/s')"))
    #expect(try browser.wait(for: "document.body.innerText.includes('Switched off')"))
    #expect(try browser.wait(for: "document.body.innerText.includes('No picture: unreachable')"))
    #expect(try browser.wait(for: "document.querySelectorAll('#events li').length > 0"))
    #expect(
      try browser.value(of: "document.documentElement.scrollWidth <= window.innerWidth") as? Bool == true,
      "nothing is wider than the window")
    // What is kept of an event is a click away.
    _ = try browser.value(
      of: """
        happened({type: "end", id: "01KB5Q8Z9X0123456789ABCDEF", camera: "yard", label: "dog", track: 99,
          ts: "2026-11-28T10:00:00Z", clip: "a.mp4", snapshot: null})
        """)
    #expect(
      try browser.value(of: "[...document.querySelectorAll('#events a')].map((a) => a.pathname).join()") as? String
        == "/api/v1/events/01KB5Q8Z9X0123456789ABCDEF/clip.mp4")
    try shoot(browser, "page-\(width)-\(isDark ? "dark" : "light")")
    _ = try browser.value(of: "document.querySelector('.card.up .view').click()")
    #expect(
      try browser.wait(
        for: "document.querySelector('dialog').open && document.querySelector('dialog img').naturalWidth > 0"))
    try shoot(browser, "live-\(width)-\(isDark ? "dark" : "light")")
    if try browser.value(of: "!document.getElementById('kind').hidden") as? Bool == true {
      _ = try browser.value(of: "document.getElementById('kind').click()")
      // Part by part, so that it stays close to what the server has: the players of browsers are six seconds behind.
      #expect(
        try browser.wait(
          for: """
            (window.shown = document.querySelector('dialog video')) && shown.videoWidth > 0 && shown.currentTime > 3
              && shown.src.startsWith('blob:') && parseFloat(document.getElementById('behind').textContent) < 2.5
            """))
      try shoot(browser, "video-\(width)-\(isDark ? "dark" : "light")")
    } else {
      print("no video in the page: there is no clip")
    }
    _ = try browser.value(of: "document.querySelector('dialog button').click()")
    #expect(try browser.wait(for: "!document.querySelector('dialog').open"))
    // A camera that the configuration has no longer leaves the page.
    try RunningService.text(cameras: "  gate: {url: \"test:640x360@25\"}", folder: service.folder)
      .write(to: service.configuration, atomically: true, encoding: .utf8)
    #expect(try service.get("/api/v1/reload", method: "POST").status == 200)
    #expect(try browser.wait(for: "document.querySelectorAll('.card').length === 1"))
    #expect(try browser.wait(for: "document.getElementById('summary').textContent === '1 of 1 camera up'"))
    try await service.stop()
    #expect(try browser.wait(for: "document.getElementById('summary').textContent.startsWith('no connection')"))
  }

  /// Keeps a picture of the page in the folder that `YOLOSTREAM_SHOTS` names, for people to look at.
  private func shoot(_ browser: Browser, _ name: String) throws {
    let picture = try browser.screenshot()
    #expect(picture.count > 10_000)
    guard let folder = ProcessInfo.processInfo.environment["YOLOSTREAM_SHOTS"] else { return }
    try picture.write(to: URL(filePath: "\(folder)/\(name).png"))
  }
}
