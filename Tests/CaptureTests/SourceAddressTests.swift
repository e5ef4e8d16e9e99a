import FFmpeg
import Foundation
import Testing

@testable import Capture

@Suite struct SourceAddressTests {
  @Test(
    arguments: [
      ("rtsp://u:p@cam/1", "rtsp://***@cam/1"), ("rtsp://admin:p@ss@10.0.0.5:554/a", "rtsp://***@10.0.0.5:554/a"),
      ("rtsp://u:a/b@cam/1", "rtsp://***@cam/1"), ("http://cam:80/x@2", "http://cam:80/x@2"),
      ("http://cam/a?token=abc&w=1", "http://cam/a?token=***&w=1"),
    ] as [(String, String)])
  func `an address is shown without its secrets`(text: String, shown: String) throws {
    #expect(try SourceAddress(parsing: text).description == shown)
  }

  @Test(arguments: ["gopher://x", "test:12", "test:640x480", "/no/such/file.mp4"])
  func `what is no source is refused`(text: String) {
    #expect(throws: CaptureError.self) { try SourceAddress(parsing: text) }
  }

  @Test(
    arguments: [
      ([0, 1, 2, 3], [0, 1, 2, 3]), ([0, 0, 0, 0], [0, 1, 2, 3]), ([0, 1, 1, 3], [0, 1, 2, 3]),
      ([5, 6, 5.9, 7], [5, 6, 6.5, 7]), ([3600, 3601, 0, 1], [3600, 3601, 3602, 3603]), ([0, 10, 11], [0, 10, 11]),
    ] as [([Double], [Double])])
  func `times always grow, and good ones are kept`(given: [Double], expected: [Double]) {
    var clock = RisingTimes(interval: 1)
    #expect(given.map { clock.next($0) } == expected)
  }

  @Test(
    arguments: [
      ("RTSP://cam/1", "rtsp://cam/1"), ("Rtsp://u:p@Cam/A", "rtsp://u:p@Cam/A"),
      ("rtsp://u:a/b@cam/1", "rtsp://u:a%2Fb@cam/1"), ("rtsp://u:a#b@cam/1", "rtsp://u:a%23b@cam/1"),
      ("rtsp://u:a?b@cam:554/1", "rtsp://u:a%3Fb@cam:554/1"), ("rtsp://u:p@ss@cam/1", "rtsp://u:p%40ss@cam/1"),
      ("rtsp://u:p%23@cam/1", "rtsp://u:p%23@cam/1"), ("rtsp://u:50%@cam/1", "rtsp://u:50%25@cam/1"),
      ("rtsp://u:é b@cam/1", "rtsp://u:%C3%A9%20b@cam/1"), ("HTTP://cam/a?x=1#y", "http://cam/a?x=1#y"),
    ])
  func `addresses become what libav reads`(text: String, url: String) throws {
    #expect(try SourceAddress(parsing: text).kind == .network(url: url))
  }

  @Test(arguments: ["file://PATH", "file://localhost/PATH", "FILE://PATH", "file:///PATH"])
  func `file addresses are paths with escapes`(form: String) throws {
    let name = "my 100% video #1 ä.mp4"
    let path = FileManager.default.temporaryDirectory.appending(path: name).path
    try Data().write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let escaped = path.replacing("%", with: "%25").replacing(" ", with: "%20").replacing("#", with: "%23")
      .replacing("ä", with: "%C3%A4")
    let text = form.replacing("//localhost/PATH", with: "//localhost" + escaped).replacing(
      "///PATH", with: "//" + escaped
    )
    .replacing("//PATH", with: "//" + escaped)
    #expect(try SourceAddress(parsing: text).kind == .video(path: path), "\(text)")
    #expect(throws: CaptureError.self) { try SourceAddress(parsing: "file:///a%00b") }
  }
}
