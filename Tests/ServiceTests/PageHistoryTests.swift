import Foundation
import Outputs
import TestSupport
import Testing

@testable import EventStore
@testable import Recording
@testable import Service

/// Events, player and recordings in a real browser.
@Suite(
  .serialized, .ownThread, .enabled(if: Browser.path != nil, "skipped: needs Chromium (bash .ci/install --tests)"))
struct PageHistoryTests {
  /// Yesterday at nine in the evening, here.
  private static let evening: Int64 = {
    let today = Calendar.current.startOfDay(for: .now)
    return Int64(today.timeIntervalSince1970 * 1000) - 3 * 3_600_000
  }()
  private static let appearance = 7.0

  /// Lines of a visit of `label` at `moment`, which a clip shows from second 7 on; its identifier, and that of its object.
  private func visit(
    _ number: Int, _ label: String, zone: String, at moment: Int64, clip: String?, snapshot: String?
  ) -> (visit: String, object: String, lines: String) {
    let head = EventIdentifier.least(at: moment).prefix(22)
    let (object, visit) = ("\(head)0\(number)A0", "\(head)0\(number)B0")
    let start = EventClock.text(moment), end = EventClock.text(moment + 3000)
    let common = "\"camera\":\"yard\",\"ts\":\"\(start)\""
    let thing =
      "\"label\":\"\(label)\",\"score\":0.9,\"top_score\":0.9,\"box_norm\":[0.5,0.5,0.75,0.75],\"entered\":[\"\(zone)\"],\"start\":\"\(start)\""
    let files =
      "\"snapshot\":\(snapshot?.json ?? "null"),\"clip\":\(clip?.json ?? "null"),\"clip_offset\":\(Self.appearance),\"snapshot_box\":[0.5,0.5,0.75,0.75]"
    let row =
      "\"visit\":\(number),\"severity\":\"alert\",\"zones\":[\"\(zone)\"],\"labels\":[\"\(label)\"],\"objects\":[\"\(object)\"],\"start\":\"\(start)\""
    let lines = [
      "{\"v\":2,\"id\":\"\(object)\",\"type\":\"start\",\"seq\":\(10 * number),\(common),\(thing),\"end\":null}",
      "{\"v\":2,\"id\":\"\(visit)\",\"type\":\"visit\",\"seq\":\(10 * number + 1),\(common),\(row),\"phase\":\"new\",\"end\":null}",
      "{\"v\":2,\"id\":\"\(object)\",\"type\":\"end\",\"seq\":\(10 * number + 2),\(common),\(thing),\"end\":\"\(end)\",\(files)}",
      "{\"v\":2,\"id\":\"\(visit)\",\"type\":\"visit\",\"seq\":\(10 * number + 3),\(common),\(row),\"phase\":\"end\",\"end\":\"\(end)\"}",
    ]
    return (visit, object, lines.joined(separator: "\n") + "\n")
  }

  /// A service, restarted, that recorded two visits and an outage yesterday: in the clip a white square appears at second 7.
  private func service() async throws -> (RunningService, earlier: RunningService, visits: [String]) {
    let cameras = "  yard: {url: \"test:64x64@25\", enabled: false}"
    let before = try await RunningService(cameras: cameras, storage: ", min_free: 0")
    let media = try #require(before.run.supervisor.media)
    let name = { (kind: MediaName.Kind, id: String) in
      MediaName(camera: "yard", milliseconds: Self.evening, label: "person", identifier: id, kind: kind)
    }
    let draft = visit(1, "person", zone: "gate", at: Self.evening, clip: nil, snapshot: nil)
    let clip = try media.place(name(.clip, draft.object)), snapshot = try media.place(name(.snapshot, draft.object))
    let square = "drawbox=x=160:y=120:w=80:h=60:color=white:t=fill"
    try FFmpegTool.run([
      "-f", "lavfi", "-i", "color=0x203040:s=320x240:r=10:d=14", "-vf",
      "\(square):enable='gte(t,\(Self.appearance))',format=yuv420p",
      "-c:v", "libx264", "-g", "20", "-movflags", "frag_keyframe+empty_moov+default_base_moof", clip,
    ])
    try FFmpegTool.run(["-f", "lavfi", "-i", "color=0x203040:s=320x240", "-vf", square, "-frames:v", "1", snapshot])
    let points = (0..<30).map { "[\(Self.appearance + Double($0) / 10),0.5,0.5,0.75,0.75]" }
    try "{\"v\":1,\"points\":[\(points.joined(separator: ","))]}".write(
      toFile: try media.place(name(.trace, draft.object)), atomically: true, encoding: .utf8)
    let first = visit(1, "person", zone: "gate", at: Self.evening, clip: clip, snapshot: snapshot)
    let second = visit(2, "car", zone: "drive", at: Self.evening + 600_000, clip: nil, snapshot: nil)
    let down = EventClock.text(Self.evening - 7_200_000), up = EventClock.text(Self.evening - 3_600_000)
    let outage = [
      "{\"v\":2,\"id\":\"\(EventIdentifier.least(at: Self.evening - 7_200_000))\",\"type\":\"camera_down\",\"seq\":1,\"camera\":\"yard\",\"ts\":\"\(down)\",\"cause\":\"stalled\"}",
      "{\"v\":2,\"id\":\"\(EventIdentifier.least(at: Self.evening - 3_600_000))\",\"type\":\"camera_up\",\"seq\":2,\"camera\":\"yard\",\"ts\":\"\(up)\",\"outage\":3600}",
    ]
    try await before.stop()
    let text = outage.joined(separator: "\n") + "\n" + first.lines + second.lines
    try text.write(to: before.events, atomically: true, encoding: .utf8)
    let service = try await RunningService(cameras: cameras, storage: ", min_free: 0", after: before)
    await service.run.history?.update()
    return (service, before, [first.visit, second.visit])
  }

  private func day(_ milliseconds: Int64) -> String {
    let parts = Calendar.current.dateComponents(
      [.year, .month, .day], from: Date(timeIntervalSince1970: Double(milliseconds) / 1e3))
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }

  @Test(arguments: [(1440, 900, true), (390, 844, false)])
  func `yesterday's visit is found after a restart, and plays from where the object appears, its box above it`(
    width: Int, height: Int, isDark: Bool
  ) async throws {
    let (service, earlier, visits) = try await service()
    // Whose folder it is.
    defer { withExtendedLifetime(earlier) {} }
    let name = "\(width)-\(isDark ? "dark" : "light")"
    let browser = try Browser(arguments: ["--autoplay-policy=no-user-gesture-required"])
    let address = "http://127.0.0.1:\(service.port)/#events?day=\(day(Self.evening))"
    try browser.open(address, width: width, height: height, isDark: isDark)
    let rows = "document.querySelectorAll('.list li').length"
    #expect(try browser.wait(for: "\(rows) === 2"))
    #expect(try browser.wait(for: "document.querySelector('.thumb img.cropped')?.naturalWidth === 320"), "its crop")
    let row = try #require(try browser.value(of: "document.querySelectorAll('.list li')[1].innerText") as? String)
    for word in ["3 s", "Person", "yard", "gate", ":"] { #expect(row.contains(word), "\(row)") }
    // The day: two visits and the hour in which the camera was offline.
    #expect(
      try browser.wait(
        for:
          "document.querySelectorAll('.day .mark').length === 2 && document.querySelectorAll('.day .gap').length === 1")
    )
    let hour = try browser.value(of: "parseFloat(document.querySelector('.day .gap').style.width)") as? Double ?? 0
    #expect(abs(hour - 100.0 / 24) < 0.4, "\(hour) % of the day")
    // A filter, which stands in the address.
    try browser.click("[...document.querySelectorAll('.chip')].find((c) => c.textContent.startsWith('Person'))")
    #expect(try browser.wait(for: "\(rows) === 1 && location.hash.includes('label=person')"))
    // A second class: events that have either.
    let other = "[...document.querySelectorAll('.chip')].find((c) => c.textContent.startsWith('Car'))"
    try browser.click(other)
    #expect(try browser.wait(for: "\(rows) === 2 && location.hash.includes('label=person&label=car')"))
    try browser.click(other)
    #expect(try browser.wait(for: "\(rows) === 1 && !location.hash.includes('label=car')"))
    let place = "document.querySelector('.player video')"
    // The target of the player, however much time passes until the check.
    _ = try browser.value(
      of: "window.places = []; \(place).addEventListener('seeking', () => places.push(\(place).currentTime))")
    try browser.click("document.querySelector('.list button')")
    #expect(try browser.wait(for: "\(place).readyState >= 2 && \(place).currentTime > 0"))
    #expect(try browser.wait(for: "places.length > 0"))
    let time = try #require(try browser.value(of: "places[0]") as? Double)
    #expect(abs(time - Self.appearance) < 0.5, "\(time) s")
    #expect(try browser.value(of: "location.hash.includes('item=\(visits[0])')") as? Bool == true)
    // The object is there, and so is its box.
    try browser.checkView("player-\(name)")
    for moment in [0.05, 1] {
      _ = try browser.value(of: "\(place).pause(); \(place).currentTime = \(Self.appearance + moment)")
      #expect(try browser.wait(for: "\(Self.brightness(0.6, 0.6)) > 200 && \(Self.brightness(0.3, 0.3)) < 100"))
      #expect(try browser.wait(for: Self.hasBox), "a box on the canvas, at the edge of the square, from its start on")
    }
    _ = try browser.value(of: "\(place).currentTime = \(Self.appearance - 3)")
    #expect(
      try browser.wait(for: "\(Self.brightness(0.6, 0.6)) < 100 && !(\(Self.hasBox))"), "neither three seconds before")
    // Kept by a key; the filter is taken back, and the next one has no clip.
    try browser.press("k", code: 75)
    #expect(try browser.wait(for: "document.querySelector('.list .kept') !== null"))
    let kept = String(decoding: try service.get("/api/v1/events?kept=1").body, as: UTF8.self)
    #expect(kept.contains(visits[0]) && kept.contains("\"label\":\"person\""), "with its object")
    let link = try browser.value(of: "document.querySelector('.player a[download]').href") as? String
    #expect(link?.hasSuffix("/clip.mp4") == true)
    try browser.click("document.querySelector('.chip[aria-pressed=true]')")
    #expect(try browser.wait(for: "\(rows) === 2"))
    try browser.press("n", code: 78)
    #expect(try browser.wait(for: "document.querySelectorAll('.list [aria-current]').length === 1"))
    try browser.checkView("events-\(name)")
    try browser.press("3", code: 51)
    #expect(try browser.wait(for: "document.title.startsWith('Recordings')"))
    try browser.checkView("recordings-\(name)")
    try await service.stop()
  }

  @Test func `what happens now waits behind a button, and the list does not move`() async throws {
    let (service, earlier, _) = try await service()
    defer { withExtendedLifetime(earlier) {} }
    let browser = try Browser(arguments: [])
    try browser.open("http://127.0.0.1:\(service.port)/#events", width: 1280, height: 860, isDark: false)
    #expect(try browser.wait(for: "document.querySelector('.empty')?.textContent === 'Nothing has happened today.'"))
    #expect(try browser.wait(for: "document.getElementById('status').textContent.includes('online')"))
    let now = visit(3, "dog", zone: "gate", at: EventClock.wallMilliseconds, clip: nil, snapshot: nil)
    let file = try #require(FileHandle(forWritingAtPath: service.events.path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(now.lines.utf8))
    await service.run.history?.update()
    for line in now.lines.split(separator: "\n") {
      service.run.supervisor.journal.updates.send(.init(name: "event", data: String(line)))
    }
    #expect(
      try browser.wait(
        for:
          "!document.querySelector('.new-items').hidden && document.querySelector('.new-items').textContent === '1 new'"
      ))
    #expect(try browser.value(of: "document.querySelectorAll('.list li').length") as? Int == 0)
    try browser.click("document.querySelector('.new-items')")
    #expect(
      try browser.wait(
        for: "document.querySelectorAll('.list li').length === 1 && document.querySelector('.new-items').hidden"))
    #expect(try browser.wait(for: "document.querySelector('.list strong').textContent === 'Dog'"))
    try await service.stop()
  }

  /// How bright the frame of the clip is at a point, 0 to 255.
  private static func brightness(_ x: Double, _ y: Double) -> String {
    """
    (() => { const v = document.querySelector('.player video'), c = document.createElement('canvas');
      [c.width, c.height] = [320, 240];
      const context = c.getContext('2d'); context.drawImage(v, 0, 0, 320, 240);
      return context.getImageData(\(Int(x * 320)), \(Int(y * 240)), 1, 1).data[1] })()
    """
  }

  /// Whether something is drawn where the left edge of the object's box is.
  private static let hasBox = """
    (() => { const c = document.querySelector('.player canvas'), v = document.querySelector('.player video');
      const zoom = Math.min(c.width / 320, c.height / 240), x = (c.width - 320 * zoom) / 2 + 160 * zoom, y = (c.height - 240 * zoom) / 2 + 150 * zoom;
      return [...c.getContext('2d').getImageData(x - 3, y - 3, 6, 6).data].some((value) => value > 0) })()
    """
}
