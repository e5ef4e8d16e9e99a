import Foundation
import TestSupport
import Testing

/// The annotated result to several places, and to receivers that are not ours.
@Suite(.serialized, .timeLimit(.minutes(30))) struct PushTests {
  private static let needsServer: Comment = "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"
  /// Reconnects soon, so that a test does not wait.
  private static let soon = ["--backoff", "50ms..100ms"]

  @Test func `one run writes several annotated results, each complete and with its audio`() throws {
    let program = try Program()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=162x122:rate=25:duration=3", "-f", "lavfi", "-i",
        "sine=duration=3", "-c:v", "libx264", "-c:a", "aac", "clip.mp4",
      ])
    let outcome = try program.run([
      "clip.mp4", "-o", "one.mp4", "--output", "two.mkv", "-o", "three/", "-o", "hls/index.m3u8", "-q",
    ])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let audio = try program.packets(of: "clip.mp4", stream: "a:0")
    for name in ["one.mp4", "two.mkv", "three/clip.mp4"] {
      #expect(try program.frames(of: name) == 75, "\(name)")
      #expect(try program.packets(of: name, stream: "a:0") == audio && audio.count > 100, "\(name)")
    }
    #expect(try program.packets(of: "one.mp4", stream: "v:0") == program.packets(of: "three/clip.mp4", stream: "v:0"))
    // Our own reader plays the playlist.
    let again = try program.run(["--hls", "hls/index.m3u8", "--detections", "d.jsonl", "-q"])
    #expect(again.status == 0, "\(again.error)")
    #expect(try program.text("d.jsonl").split(separator: "\n").count == 75)
  }

  @Test(
    arguments: [
      (["-o", "a.mp4", "-o", "a.mp4"], 73, "written by another option"),
      (["-o", "hls/a.m3u8", "-o", "hls/a.m3u8"], 73, "written by another option"),
      (["-o", "ftp://u:secret@h/a.mp4"], 73, "expected rtsp://"), (["-o", "http://u:secret@h/a.mp4"], 73, "….m3u8"),
      (["-o", "/dev/null/a/live.m3u8"], 73, "cannot create"),
      (["-o", "rtsp://u:secret@127.0.0.1:9/x", "--backoff", "10ms"], 74, "cannot send to rtsp://***@127.0.0.1:9/x"),
    ])
  func `an impossible output is reported in one sentence`(arguments: [String], status: Int32, sentence: String) throws {
    let program = try Program()
    let outcome = try program.run(["test:64x64@25:20", "-q"] + arguments)
    #expect(outcome.status == status && outcome.error.contains(sentence), "\(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1 && !outcome.error.contains("secret"), "\(outcome.error)")
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer))
  func `a stream is recorded by an RTSP server, goes on when that is killed, and comes back with it`() throws {
    let program = try Program()
    var server = try RTSPReceiver(path: program.path("one.h264"), user: "a:hush")
    defer { withExtendedLifetime(server) {} }
    let url = server.url.replacing("//", with: "//a:hush@")
    let running = try program.start(
      ["test:160x120@25", "-o", url, "-o", "all.mkv", "--detections", "d.jsonl"] + Self.soon)
    running.waitFor(program.path("one.h264"), bytes: 20_000)
    server.kill()
    running.waitForError { $0.contains("trying again") }
    let before = try program.text("d.jsonl").utf8.count
    running.waitFor(program.path("d.jsonl"), bytes: before + 4000)
    server = try RTSPReceiver(port: server.port, path: program.path("two.h264"), user: "a:hush")
    running.waitFor(program.path("two.h264"), bytes: 20_000)
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 130 && !outcome.error.contains("hush"), "\(outcome.error)")
    #expect(outcome.error.contains("is back after") && outcome.error.contains("connected again"), "\(outcome.error)")
    // Detection missed nothing, and each connection starts with a keyframe.
    let frames = try program.frames(of: "all.mkv")
    #expect(outcome.error.contains(": \(frames) frames in"), "\(outcome.error)")
    for name in ["one.h264", "two.h264"] {
      #expect(try program.show("width", of: name, stream: "v:0") == "160")
      #expect(try program.keys(of: name).first == true && program.frames(of: name, mayBeCut: true) > 10, "\(name)")
    }
  }

  @Test(.enabled(if: RTSPServer.isPresent, needsServer))
  func `a receiver that refuses access is left, and the rest goes on`() throws {
    let program = try Program()
    let server = try RTSPReceiver(path: program.path("one.h264"), user: "a:b")
    defer { withExtendedLifetime(server) {} }
    let outcome = try program.run(
      ["test:64x64@25:50", "-o", server.url.replacing("//", with: "//a:wrong@"), "-o", "all.mp4"] + Self.soon)
    #expect(outcome.status == 74 && !outcome.error.contains("wrong"), "\(outcome.error)")
    #expect(try program.frames(of: "all.mp4") == 50)
  }

  @Test func `a stream comes over RTMP to FFmpeg, and again to the next one`() throws {
    let program = try Program()
    let url = "rtmp://127.0.0.1:\(try Loopback.freePort())/live/yard"
    var receiver = try FFmpegReceiver(url, listening: ["-listen", "1"], into: program.path("one.ts"))
    let running = try program.start(["test:160x120@25", "-o", url] + Self.soon)
    running.waitFor(program.path("one.ts"), bytes: 20_000)
    receiver.kill()
    running.waitForError { $0.contains("trying again") }
    receiver = try FFmpegReceiver(url, listening: ["-listen", "1"], into: program.path("two.ts"))
    running.waitFor(program.path("two.ts"), bytes: 20_000)
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 130, "\(outcome.error)")
    receiver.kill()
    for name in ["one.ts", "two.ts"] {
      #expect(try program.keys(of: name).first == true && program.frames(of: name, mayBeCut: true) > 10, "\(name)")
    }
  }

  @Test func `a stream comes over UDP to who listens when it wants`() throws {
    let program = try Program()
    let url = "udp://127.0.0.1:\(try Loopback.freePort())"
    let running = try program.start(["test:160x120@25", "-o", url])
    // It begins in the middle: what a player needs comes with each keyframe.
    let receiver = try FFmpegReceiver(url, into: program.path("one.ts"))
    running.waitFor(program.path("one.ts"), bytes: 20_000)
    kill(running.process.processIdentifier, SIGTERM)
    #expect(try running.wait().status == 130)
    receiver.kill()
    #expect(try program.frames(of: "one.ts", mayBeCut: true) > 10)
  }

  @Test func `HLS is put to a web server`() throws {
    let program = try Program()
    let folder = program.path("web")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let server = try PutServer(folder: folder)
    defer { withExtendedLifetime(server) {} }
    let outcome = try program.run([
      "test:64x64@25:100", "-o", "http://127.0.0.1:\(server.port)/live.m3u8",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try program.text("web/live.m3u8").contains("#EXT-X-ENDLIST"))
    #expect(try program.frames(of: "web/live.m3u8") > 90)
  }
}

extension Program {
  /// For each video packet, whether decoding can start there.
  fileprivate func keys(of name: String) throws -> [Bool] {
    try tool(
      "ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=flags", "-of", "csv=p=0", name]
    ).output.split(separator: "\n").map { $0.contains("K") }
  }
}
