import Capture
import Foundation
import TestSupport
import Testing

/// The program on streams that come and go.
@Suite(.serialized, .timeLimit(.minutes(30))) struct RecoveryTests {
  private static let needsServer: Comment = "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"

  @Test(
    arguments: [SourceOptions.Transport.tcp, .udp, .auto].flatMap { transport in (0...4).map { (transport, $0) } })
  func `a server that falls silent at any step is found within the time given`(
    transport: SourceOptions.Transport, answers: Int
  ) throws {
    let server = try MuteServer(answers: answers)
    defer { withExtendedLifetime(server) {} }
    var options = SourceOptions()
    options.timeout = 0.7
    options.transport = transport
    let error = #expect(throws: CaptureError.self) { _ = try StreamSource(network: server.url, options: options) }
    #expect(error?.code == .stalled, "\(error as Any)")
    #expect(error?.message.contains("within 0.7 s") == true)
  }

  @Test func `retries are used up, then the last failure is reported`() throws {
    let program = try Program()
    let outcome = try program.run([
      "rtsp://u:secret@127.0.0.1:9/x", "--retries", "2", "--backoff", "10ms..20ms", "--events", "e.jsonl",
    ])
    let lines = outcome.error.split(separator: "\n")
    #expect(outcome.status == 69 && lines.count == 2, "\(outcome.error)")
    #expect(lines.first?.contains("trying again in") == true && !outcome.error.contains("secret"))
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer), arguments: [("a:b", 0), ("a:wrong", 77), ("", 77)])
  func `digest authentication is answered, and refused access is final at once`(user: String, status: Int32) throws {
    let program = try Program()
    let server = try RTSPServer(user: "a:b")
    defer { withExtendedLifetime(server) {} }
    let url = server.url.replacing("//", with: user.isEmpty ? "//" : "//\(user)@")
    let outcome = try program.run([url, "--max-frames", "3", "--detections", "d.jsonl", "-q"])
    #expect(outcome.status == status, "\(outcome.error)")
    #expect(!outcome.error.contains("wrong"))
  }

  @Test(arguments: ["connecting", "waiting"])
  func `a signal ends what waits`(state: String) throws {
    let program = try Program()
    let server = try MuteServer(answers: 0)
    defer { withExtendedLifetime(server) {} }
    let url = state == "connecting" ? server.url : "rtsp://127.0.0.1:9/x"
    let running = try program.start([url, "--timeout", "1h", "--backoff", "1h"])
    if state == "waiting" { running.waitForError { $0.contains("trying again") } }
    // Otherwise it may be anywhere before; it ends from everywhere.
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 130 || outcome.isKilled, "\(outcome)")
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer))
  func `the keyframe at the start of a stream is processed, even if it is the only one`() throws {
    let program = try Program()
    let server = try RTSPServer(
      launch: "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=25/1 ! x264enc tune=zerolatency "
        + "speed-preset=ultrafast key-int-max=100000 ! rtph264pay")
    defer { withExtendedLifetime(server) {} }
    let outcome = try program.run([server.url, "--max-frames", "5", "--detections", "d.jsonl", "-q"])
    #expect(outcome.status == 0, "\(outcome.error)")
    // Frames in between may be dropped for newer ones; the last one of five is always processed.
    #expect(try program.text("d.jsonl").split(separator: "\n").last?.hasPrefix("{\"frame\":4,") == true)
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer))
  func `a killed server is noticed once, and the run goes on in another file when the size is another`() throws {
    let program = try Program()
    var server = try RTSPServer()
    defer { withExtendedLifetime(server) {} }
    let running = try program.start([
      server.url, "-o", "out.mkv", "--events", "e.jsonl", "--detections", "d.jsonl", "--backoff", "50ms..100ms",
    ])
    running.waitFor(program.path("d.jsonl"), bytes: 2000)
    server.kill()
    running.waitForError { $0.contains("trying again") }
    server = try RTSPServer(port: server.port, width: 160, height: 128)
    running.waitFor(program.path("out-2.mkv"), bytes: 8000)
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 130, "\(outcome.error)")
    let events = try program.text("e.jsonl").split(separator: "\n").filter { $0.contains("\"camera_") }
    #expect(events.count == 3, "\(events)")
    #expect(events.dropFirst().first?.contains("camera_down") == true)
    #expect(events.last?.contains("\"width\":160,\"height\":128,\"codec\":\"h264\"") == true)
    #expect(outcome.error.contains("is back after"))
    #expect(try program.show("width", of: "out.mkv", stream: "v:0") == "320")
    #expect(try program.show("width", of: "out-2.mkv", stream: "v:0") == "160")
    #expect(try program.frames(of: "out-2.mkv") > 0)
    try program.expectRisingTimes(in: "d.jsonl")
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer))
  func `a server that stops sending is a stall, reported once`() throws {
    let program = try Program()
    let server = try RTSPServer()
    defer { withExtendedLifetime(server) {} }
    let running = try program.start([
      server.url, "--transport", "tcp", "--timeout", "1s", "--backoff", "100ms..200ms", "--events", "e.jsonl",
      "--detections", "d.jsonl",
    ])
    running.waitFor(program.path("d.jsonl"), bytes: 2000)
    kill(server.process.processIdentifier, SIGSTOP)
    running.waitForError { $0.contains("trying again") }
    kill(server.process.processIdentifier, SIGCONT)
    running.waitForError { $0.contains("is back after") }
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 130, "\(outcome.error)")
    let downs = try program.text("e.jsonl").split(separator: "\n").filter { $0.contains("camera_down") }
    #expect(downs.count == 1 && downs[0].contains("\"cause\":\"stalled\""), "\(downs)")
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer))
  func `a probe reports what a stream is`() throws {
    let program = try Program()
    let server = try RTSPServer()
    defer { withExtendedLifetime(server) {} }
    let outcome = try program.run(["probe", server.url, "--duration", "8s", "--json"], hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(report["codec"] as? String == "h264" && report["width"] as? Int == 320)
    #expect(report["lost_packets"] as? Int == 0 && report["nominal_rate"] as? Double == 25)
    #expect(abs((report["key_interval"] as? Double ?? 0) - 1) < 0.1, "\(report)")
    #expect(abs(report["sender_delay"] as? Double ?? 99) < 5, "one clock, and hardly a way: \(report)")
    #expect(try program.run(["probe", "rtsp://127.0.0.1:9/x"], hasModel: false).status == 69)
    #expect(try program.run(["probe", "video.mp4"], hasModel: false).status == 66)
  }
}

extension Program {
  /// Every line's frame and time lie after those of the line before.
  fileprivate func expectRisingTimes(in name: String) throws {
    var last = (frame: -1, seconds: -1.0)
    for line in try text(name).split(separator: "\n") {
      let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let now = (frame: row["frame"] as? Int ?? -2, seconds: row["pts"] as? Double ?? -2)
      #expect(now.frame > last.frame && now.seconds > last.seconds, "\(last), then \(now)")
      last = now
    }
  }
}
