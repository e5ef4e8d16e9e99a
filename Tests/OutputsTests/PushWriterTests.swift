import Capture
import FFmpeg
import Foundation
import Imaging
import Testing

@testable import Outputs

@Suite struct PushWriterTests {
  @Test(
    arguments: [
      ("rtsp://u:secret@h:8554/a", "rtsp://***@h:8554/a", true), ("RTMP://h/live/Key", "rtmp://h/live/***", true),
      ("udp://239.0.0.1:5000", "udp://239.0.0.1:5000", true),
      ("srt://h:9000?mode=caller", "srt://h:9000?mode=caller", true),
      ("https://u:p@h/a/live.m3u8", "https://***@h/a/live.m3u8", true), ("live.m3u8", "./live.m3u8", false),
      ("a:b/live.M3U8", "./a:b/live.M3U8", false), ("/srv/live.m3u8", "/srv/live.m3u8", false),
    ])
  func `addresses are understood and shown without secrets`(text: String, shown: String, isRemote: Bool) throws {
    let address = try #require(PushAddress(parsing: text))
    #expect(address.description == shown && address.isRemote == isRemote)
  }

  @Test(arguments: ["out.mp4", "ftp://h/a", "http://h/a.mp4", "rtsp://", "rtsp:///a", "-live.m3u8", "", "folder/"])
  func `what is no receiver is none`(text: String) { #expect(PushAddress(parsing: text) == nil) }

  /// Writes `count` images, five a second from `start` on.
  private func write(_ count: Int, from start: Double, to path: String, isEndless: Bool) throws {
    let source = TestPatternSource(try #require(TestPattern(width: 98, height: 66, rate: 5)))
    var settings = PushWriter.Settings()
    settings.isEndless = isEndless
    settings.nominalRate = 5
    guard case .frame(let first) = try source.next() else { return }
    var writer = try PushWriter(
      try #require(PushAddress(parsing: path)), settings: settings, layout: first.pixels.layout,
      interrupt: InterruptFlag())
    for index in 0..<count {
      guard case .frame(let frame) = try source.next() else { break }
      try writer.write(frame.pixels, at: start + Double(index) / 5)
    }
    try writer.finish()
  }

  private func times(of path: String) throws -> [Double] {
    var options = SourceOptions()
    options.takesPlaylists = true
    let source = try StreamSource(file: path, options: options)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() { times.append(frame.stamp.seconds) }
    return times
  }

  @Test func `a playlist of what has an end keeps every frame at its time`() throws {
    let folder = try ScratchFolder()
    let path = folder.path("new/film.m3u8")
    try write(101, from: 7, to: path, isEndless: false)
    let times = try times(of: path)
    #expect(times.count == 101)
    for (index, time) in times.enumerated() { #expect(abs(time - times[0] - Double(index) / 5) < 0.001) }
    let text = try folder.text("new/film.m3u8")
    #expect(text.contains("#EXT-X-ENDLIST") && text.components(separatedBy: "#EXTINF:2.0").count == 11, "\(text)")
  }

  @Test func `a playlist without an end names the last seconds, removes the rest, and is gone on with`() throws {
    let folder = try ScratchFolder()
    let path = folder.path("live.m3u8")
    func look() throws -> (number: Int, names: [String], files: [String], text: String) {
      let text = try folder.text("live.m3u8")
      let number = try #require(text.firstMatch(of: /#EXT-X-MEDIA-SEQUENCE:(\d+)/).flatMap { Int($0.1) })
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasSuffix(".ts") }
      return (number, text.split(separator: "\n").filter { $0.hasSuffix(".ts") }.map(String.init), files, text)
    }
    try write(300, from: 0, to: path, isEndless: true)
    let before = try look()
    #expect(before.names.count == 6 && before.files.count <= 8, "\(before.files)")
    #expect(Set(before.names).isSubset(of: before.files))
    #expect(try times(of: path).count == 60, "twelve seconds are left")
    try write(15, from: 90, to: path, isEndless: true)
    let after = try look()
    #expect(after.number > before.number && after.text.contains("#EXT-X-DISCONTINUITY\n"), "\(after.text)")
    #expect(after.names.prefix(4) == before.names.suffix(4), "players find what they have not seen yet")
    #expect(after.number == before.number + 2, "under the numbers they know")
    try write(300, from: 200, to: path, isEndless: true)
    try Data().write(to: folder.url.appending(path: "live-holiday.ts"))
    try write(1, from: 300, to: path, isEndless: true)
    let left = try look().files
    #expect(left.count <= 9 && left.contains("live-holiday.ts"), "\(left)")
  }

  @Test func `what is impossible is reported in one sentence, without secrets`() throws {
    for (path, word) in [
      ("rtsp://u:secret@127.0.0.1:9/a", "Connection refused"),
      ("rtmp://u:secret@127.0.0.1:9/a/b", "Connection refused"),
      ("http://u:secret@127.0.0.1:9/live.m3u8", "Connection refused"), ("/dev/null/a/live.m3u8", "cannot create"),
    ] {
      let error = #expect(throws: OutputError.self) { try write(5, from: 0, to: path, isEndless: true) }
      let sentence = error?.description ?? ""
      #expect(sentence.contains(word) && !sentence.contains("secret"), "\(sentence)")
    }
  }
}
