import Capture
import Foundation
import TestSupport
import Testing

/// A server of RTSP that sends its client elsewhere does not get the user's password sent there.
@Suite(.serialized) struct RedirectTests {
  let program = Result { try Program() }

  @Test(arguments: [true, false])
  func `credentials go to the host that they were meant for`(isSameHost: Bool) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-frames:v", "25", "-c:v", "libx264",
        "-bf", "0", "basic.h264",
      ])
    let other = try PlainCamera(
      clip: program.path("basic.h264"), rate: 25, redirect: "auth", log: program.path("other.log"))
    defer { withExtendedLifetime(other) {} }
    // The same machine by another name is another host.
    let target = "rtsp://127.0.0.1:\(other.port)/cam"
    let first = try PlainCamera(
      clip: program.path("basic.h264"), rate: 25, redirect: target, log: program.path("first.log"))
    defer { withExtendedLifetime(first) {} }
    var options = SourceOptions()
    options.transport = .tcp
    options.timeout = 5
    let address = isSameHost ? target : first.url
    let withPassword = address.replacing("rtsp://", with: "rtsp://viewer:hush-hush@")
    if isSameHost {
      let source = try StreamSource(network: withPassword, options: options)
      if case .endOfStream = try source.next() { Issue.record("no frame") }
      #expect(other.lines.contains { $0.contains("Basic ") })
    } else {
      let error = #expect(throws: CaptureError.self) { _ = try StreamSource(network: withPassword, options: options) }
      #expect(error?.code == .accessDenied, "\(error as Any)")
      #expect(first.lines.contains { $0.hasPrefix("DESCRIBE") && $0.contains("Basic ") }, "\(first.lines)")
      #expect(other.lines.contains { $0.hasPrefix("DESCRIBE") }, "it was followed")
      #expect(!other.lines.contains { $0.contains("Basic ") }, "\(other.lines)")
    }
  }

  @Test(arguments: ["file:///etc/passwd", "http://127.0.0.1:1/x", "rtmp://127.0.0.1:1/live/x"])
  func `a redirection to another protocol is not followed`(target: String) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=160x120", "-frames:v", "3", "-c:v", "libx264",
        "clip.h264",
      ])
    let camera = try PlainCamera(clip: program.path("clip.h264"), rate: 25, redirect: target, log: program.path("log"))
    defer { withExtendedLifetime(camera) {} }
    var options = SourceOptions()
    options.timeout = 3
    let error = #expect(throws: CaptureError.self) { _ = try StreamSource(network: camera.url, options: options) }
    #expect(error?.code == .accessDenied && error?.message.contains("not RTSP") == true, "\(error as Any)")
  }
}
