import Foundation
import Outputs
import TestSupport
import Testing

@testable import Recording
@testable import Service

/// Continuous recordings over HTTP and in a real browser.
@Suite(.serialized, .ownThread) struct PageTimelineTests {
  /// Yesterday at nine in the evening, here.
  private static let evening: Int64 = {
    let today = Calendar.current.startOfDay(for: .now)
    return Int64(today.timeIntervalSince1970 * 1000) - 3 * 3_600_000
  }()
  private static let day: String = {
    let evening = Date(timeIntervalSince1970: Double(Self.evening) / 1e3)
    let parts = Calendar.current.dateComponents([.year, .month, .day], from: evening)
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }()

  /// A service whose camera recorded two minutes from nine on and one at ten, in which something moved: a square that is
  /// there from second 30 of each.
  private func service() async throws -> RunningService {
    let service = try await RunningService(
      cameras: "  yard: {url: \"test:64x64@25\", enabled: false}", storage: ", min_free: 0")
    let media = try #require(service.run.supervisor.media)
    for (minute, hasMotion) in [(0, false), (1, false), (60, true)] {
      let start = Self.evening + Int64(minute) * 60_000
      let name = SegmentName(camera: "yard", start: start).finished(at: start + 60_000, hasMotion: hasMotion)
      try FFmpegTool.run([
        "-f", "lavfi", "-i", "color=0x203040:s=320x240:r=5:d=60", "-vf",
        "drawbox=x=160:y=120:w=80:h=60:color=white:t=fill:enable='gte(t,30)',format=yuv420p", "-c:v", "libx264",
        "-preset", "ultrafast", "-g", "10", "-movflags", "frag_keyframe+empty_moov+default_base_moof",
        try media.place(name),
      ])
    }
    return service
  }

  @Test func `the segment that holds a moment is served, whole and in parts`() async throws {
    let service = try await service()
    let path = "/api/v1/recordings/yard/segment.mp4?at="
    let moment = { (seconds: Int64) in EventClock.text(Self.evening + seconds * 1000) }
    let first = try service.get(path + moment(0)), same = try service.get(path + moment(59))
    #expect(first.status == 200 && first.head.lowercased().contains("content-type: video/mp4") && !first.body.isEmpty)
    let media = try #require(service.run.supervisor.media)
    let files = SegmentFolder(path: media.path).segments(of: "yard", touching: Self.evening..<Self.evening + 7_200_000)
    #expect(try Array(Data(contentsOf: URL(filePath: files[0].path))) == first.body && same.body == first.body)
    let part = try service.get(path + moment(61), headers: ["Range: bytes=10-19"])
    #expect(try part.status == 206 && part.body == Array(Data(contentsOf: URL(filePath: files[1].path))[10...19]))
    for (query, status, sentence) in [
      (path + moment(300), 404, "nothing was recorded then"), (path + moment(-1), 404, "nothing was recorded then"),
      (path + "soon", 400, "expected at as a time"),
      ("/api/v1/recordings/yard/segment.mp4", 400, "expected at as a time"),
      ("/api/v1/recordings/..%2fyard/segment.mp4?at=1h", 404, "no such camera"),
    ] {
      let answer = try service.get(query)
      #expect(answer.status == status && String(decoding: answer.body, as: UTF8.self).contains(sentence), "\(query)")
    }
    try await service.stop()
  }

  @Test(
    .enabled(if: Browser.path != nil, "skipped: needs Chromium (bash .ci/install --tests)"),
    arguments: [(1440, 900, true), (390, 844, false)])
  func `what was recorded all the time is on the day, and plays from where it is chosen, by pointer and by keys`(
    width: Int, height: Int, isDark: Bool
  ) async throws {
    let service = try await service()
    let browser = try Browser(arguments: ["--autoplay-policy=no-user-gesture-required"])
    let address = "http://127.0.0.1:\(service.port)/#recordings?day=\(Self.day)"
    try browser.open(address, width: width, height: height, isDark: isDark)
    let bar = "document.querySelector('.strip .day[role=slider]')"
    #expect(try browser.wait(for: "\(bar)?.querySelectorAll('.recorded:not(.motion)').length === 2"), "two spans")
    let place = "[...\(bar).querySelectorAll('.recorded')].map((each) => parseFloat(each.style.left))"
    let shares = try #require(try browser.value(of: place) as? [Double])
    #expect(zip(shares, [87.5, 91.667, 91.667]).allSatisfy { abs($0 - $1) < 0.01 } && shares.count == 3, "\(shares)")
    // A click beside ten.
    let area = "(() => { const r = \(bar).getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()"
    let side = try #require(try browser.value(of: area) as? [Double])
    try browser.click(x: side[0] + 22 / 24 * side[2] + 1, y: side[1] + side[3] / 2)
    let video = "document.querySelector('.footage video')"
    #expect(try browser.wait(for: "\(video).readyState >= 2 && !\(video).paused && \(video).currentTime > 0"))
    #expect(try browser.wait(for: "\(Self.shownMinute) === '22:00'"))
    #expect(try browser.value(of: "location.hash.includes('of=yard')") as? Bool == true)
    try browser.checkView("timeline-\(width)-\(isDark ? "dark" : "light")")
    // By keys: the beginning, a minute later, and an hour after that, in which there is nothing.
    _ = try browser.value(of: "\(video).pause(); \(bar).focus()")
    try browser.press("Home", code: 36)
    #expect(try browser.value(of: "\(bar).getAttribute('aria-valuenow')") as? String == "75600")
    try browser.press("PageUp", code: 33)
    try browser.press("ArrowRight", code: 39)
    let text = try browser.value(of: "\(bar).getAttribute('aria-valuetext')") as? String
    #expect(text?.hasSuffix(", nothing recorded") == true, "\(text ?? "")")
    try browser.press("PageDown", code: 34)
    try browser.press("Enter", code: 13)
    #expect(try browser.wait(for: "\(Self.shownMinute) === '21:01' && \(video).currentTime < 20"))
    #expect(try browser.wait(for: "\(Self.brightness) < 100"), "the square is not there yet")
    // Within the hour, as with a finger: to another segment, in which it is.
    let hour = "document.querySelector('.footage input')"
    _ = try browser.value(of: "\(video).pause(); \(hour).value = 45; \(hour).dispatchEvent(new Event('input'))")
    #expect(try browser.wait(for: "Math.abs(\(video).currentTime - 45) < 0.5 && \(Self.brightness) > 200"))
    #expect(try browser.wait(for: "\(Self.shownMinute) === '21:00'"))
    // One segment follows the other.
    _ = try browser.value(of: "\(video).currentTime = 59.5; \(video).play().then(() => true)")
    #expect(try browser.wait(for: "\(Self.shownMinute) === '21:01' && \(video).currentTime > 0"))
    // The address brings back what was chosen, and nothing plays unasked.
    try browser.reload()
    #expect(
      try browser.wait(for: "\(video)?.readyState >= 2 && \(Self.shownMinute) === '21:01' && \(video).paused"))
    try await service.stop()
  }

  /// The minute of the day that is shown, in this page's time: `21:01`.
  private static let shownMinute = """
    (() => { const f = document.querySelector('.footage'), v = f.querySelector('video');
      const at = new URL(v.src).searchParams.get('at');
      const t = new Date(Date.parse(at) + v.currentTime * 1000), two = (n) => String(n).padStart(2, '0');
      const local = two(t.getHours()) + ':' + two(t.getMinutes());
      return f.querySelector('output').value.includes(':' + two(t.getMinutes()) + ':') ? local : '' })()
    """

  /// How bright the frame is where the square is, 0 to 255.
  private static let brightness = """
    (() => { const v = document.querySelector('.footage video'), c = document.createElement('canvas');
      [c.width, c.height] = [320, 240];
      const context = c.getContext('2d'); context.drawImage(v, 0, 0, 320, 240);
      return context.getImageData(200, 150, 1, 1).data[1] })()
    """
}
