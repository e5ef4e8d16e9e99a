import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct RecordingTests {
  let program = Result { try Program() }

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    arguments: [SIGKILL, SIGTERM])
  func `what an event's end names is on the disk and plays, and so does all else when the service ends`(
    signal: Int32
  ) throws {
    let program = try program.get()
    let server = try RTSPServer(clip: TestClip.walk.file.path)
    defer { withExtendedLifetime(server) {} }
    let running = try serve(server, program)
    running.wait { (try? program.text("events.jsonl").contains("\"clip\":\"")) == true }
    // What is named now must be there now.
    let shown = try program.shown()
    #expect(shown.contains { $0["type"] as? String == "update" }, "files are named before the end")
    for event in shown { try check(event, of: program) }
    try fetch(try #require(shown.last), from: running, program)
    kill(running.process.processIdentifier, signal)
    let outcome = try running.wait()
    #expect(signal == SIGKILL ? outcome.isKilled : outcome.status == 0, "\(outcome.error)")
    let names = FileManager.default.enumerator(atPath: program.path("media"))?.compactMap { $0 as? String } ?? []
    let clips = names.filter { $0.hasSuffix(".mp4") }
    #expect(!clips.isEmpty)
    for clip in clips { try play("media/\(clip)", of: program, isWhole: signal == SIGTERM) }
    if signal == SIGTERM {
      // Each beginning has an end, but for what is parked, and each event what it names.
      let events = try program.text("events.jsonl").split(separator: "\n")
      let starts = Set(events.filter { $0.contains("\"type\":\"start\"") }.compactMap(\.identifier))
      let ended = Set(events.filter { $0.contains("\"type\":\"end\"") }.compactMap(\.identifier))
      #expect(ended.isSubset(of: starts))
      for open in starts.subtracting(ended) {
        #expect(events.last { $0.identifier == open }?.contains("\"stationary\":true") == true)
      }
      for event in try program.shown() { try check(event, of: program) }
      let numbers = events.compactMap { $0.firstMatch(of: /"seq":(\d+)/).flatMap { Int($0.1) } }
      #expect(numbers == Array(0..<events.count))
    }
  }

  /// Whether this user may mount a file system.
  private static let canMount =
    (try? Program().tool("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).status) == 0

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    .enabled(if: canMount, "skipped: a disk that can be filled needs root"))
  func `a full disk costs recordings and not detection, and they go on once there is room`() throws {
    let program = try program.get()
    let server = try RTSPServer(clip: TestClip.walk.file.path)
    defer { withExtendedLifetime(server) {} }
    try FileManager.default.createDirectory(atPath: program.path("media"), withIntermediateDirectories: true)
    try #require(program.tool("mount", ["-t", "tmpfs", "-o", "size=64m", "none", "media"]).status == 0)
    defer { _ = try? program.tool("umount", ["-l", "media"]) }
    let fill = try program.tool("dd", ["if=/dev/zero", "of=media/filling", "bs=4k"])
    #expect(fill.error.contains("No space left"))
    let running = try serve(server, program)
    defer { running.process.terminate() }
    running.wait { program.endsSoFar.count >= 3 }
    for end in try program.ends() { #expect(end["clip"] is NSNull && end["snapshot"] is NSNull, "\(end)") }
    try FileManager.default.removeItem(atPath: program.path("media/filling"))
    running.wait { program.endsSoFar.contains { $0["clip"] is String } }
    try check(try #require(program.ends().first { $0["clip"] is String }), of: program)
    // Reported by a look now and then, which may come after the clip.
    running.waitForError { $0.contains("recordings are written again") }
    running.process.terminate()
    let outcome = try running.wait()
    #expect(outcome.status == 0 && !outcome.isKilled)
    // Said once each, however many files it cost.
    let lines = outcome.error.split(separator: "\n").filter { $0.contains("recordings are ") }
    #expect(lines.count == 2, "\(outcome.error)")
    #expect(lines.first?.contains("recordings are lost: ") == true && lines.first?.contains("No space left") == true)
    #expect(lines.last?.hasSuffix("recordings are written again") == true)
  }

  @Test(.enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"))
  func `H.265 is recorded and shown as it comes`() throws {
    let program = try program.get()
    let made = try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-i", TestClip.walk.file.path, "-an", "-vf", "scale=640:-2", "-c:v",
        "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=25:bframes=0", "-tag:v", "hvc1",
        "hevc.mp4",
      ])
    try #require(made.status == 0, "\(made.error)")
    let server = try RTSPServer(launch: "filesrc location=\(program.path("hevc.mp4")) ! qtdemux ! rtph265pay pt=96")
    defer { withExtendedLifetime(server) {} }
    let running = try serve(server, program)
    defer { running.process.terminate() }
    running.wait { program.endsSoFar.contains { $0["clip"] is String } }
    let address = try #require(try running.errorSoFar().firstMatch(of: /http:\/\/127\.0\.0\.1:\d+\//)).0
    let film = try program.tool(
      "ffmpeg", ["-v", "error", "-i", "\(address)live/front/index.m3u8", "-frames:v", "50", "-c", "copy", "film.mp4"])
    #expect(film.status == 0, "\(film.error)")
    #expect(try program.frames(of: "film.mp4") == 50)
    running.process.terminate()
    #expect(try running.wait().status == 0)
    let clip = try #require(program.ends().compactMap { $0["clip"] as? String }.first)
    try play(clip, of: program, isWhole: true)
    for file in [clip, "film.mp4"] { #expect(try program.show("codec_name", of: file, stream: "v:0") == "hevc") }
    #expect(try program.show("codec_tag_string", of: clip, stream: "v:0") == "hvc1")
  }

  /// Starts the service with one camera.
  private func serve(_ server: RTSPServer, _ program: Program) throws -> Running {
    try """
    version: 1
    model: {path: model.safetensors, imgsz: 64, workers: 1}
    defaults: {detect: {fps: 10, motion: {gate: false}}, track: {buffer: 500ms}, record: {pre_roll: 1s, post_roll: 1s}}
    cameras:
      front: {url: "\(server.url)"}
    outputs: {events: {jsonl: {path: events.jsonl}}, storage: {path: media, min_free: 0}}
    http: {listen: "127.0.0.1:0"}
    """.write(toFile: program.path("service.yml"), atomically: true, encoding: .utf8)
    return try program.start(["serve", "-c", "service.yml"], hasModel: false)
  }

  private func check(_ end: [String: Any], of program: Program) throws {
    if let clip = end["clip"] as? String {
      #expect(
        clip.wholeMatch(of: /media\/front\/[-0-9]{10}\/[0-9]{2}\/front_[0-9T.]+Z_[a-z]+_[0-9A-Z]{26}\.mp4/) != nil)
      try play(clip, of: program, isWhole: false)
    }
    guard let snapshot = end["snapshot"] as? String else { return }
    if end["type"] as? String == "end", let offset = end["clip_offset"] as? Double, offset > 0,
      let clip = end["clip"] as? String
    {
      // Where the object was is known from its first frame on, in which the tracker was not sure of it yet. The trace lies beside
      // the clip, with the class and the identifier of the object.
      let parts = clip.split(separator: "_").dropLast(2) + snapshot.dropLast(3).split(separator: "_").suffix(2)
      let data = try Data(contentsOf: URL(filePath: program.path(parts.joined(separator: "_") + "json")))
      let points = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["points"] as? [[Double]]
      #expect((points?.first?.first ?? .infinity) <= offset + 0.002, "\(end["id"] ?? "")")
    }
    #expect(snapshot.hasSuffix("_\(end["label"] ?? "")_\(end["id"] ?? "").jpg"))
    #expect(try program.show("width", of: snapshot, stream: "v:0") == "1280")
  }

  /// Gets what is kept of an event over HTTP, a clip in part as it may still grow: the same bytes as in its file.
  private func fetch(_ end: [String: Any], from running: Running, _ program: Program) throws {
    let said = try running.errorSoFar()
    let address = try #require(said.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+\//)).0
    for (kind, file) in [("snapshot", "snapshot.jpg"), ("clip", "clip.mp4")] {
      guard let path = end[kind] as? String else { continue }
      let got = try program.tool(
        "curl",
        [
          "-s", "-r", "0-999", "-o", file, "-w", "%{http_code}", "\(address)api/v1/events/\(end["id"] ?? "")/\(file)",
        ])
      #expect(got.output == "206", "\(kind): \(got.output)\(got.error)")
      let bytes = try Data(contentsOf: URL(filePath: program.path(file)))
      #expect(try bytes == Data(contentsOf: URL(filePath: program.path(path))).prefix(1000), "\(kind)")
    }
  }

  /// Plays a clip to its end with a player that is not ours. One that is being written, or was when a kill came, may end
  /// within a fragment.
  private func play(_ clip: String, of program: Program, isWhole: Bool) throws {
    let outcome = try program.tool("ffprobe", ["-v", "error", "-show_entries", "frame=pts", "-of", "csv=p=0", clip])
    #expect(outcome.status == 0 && (outcome.error.isEmpty || !isWhole), "\(clip): \(outcome.error)")
    let first = try program.tool(
      "ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0", clip])
    #expect(first.output.hasPrefix("K"))
  }
}

extension Program {
  /// The same, where there need not be a log yet.
  fileprivate var endsSoFar: [[String: Any]] { (try? ends()) ?? [] }

  /// The events that tell of an end.
  fileprivate func ends() throws -> [[String: Any]] { try events().filter { $0["type"] as? String == "end" } }

  /// The events that name a clip.
  fileprivate func shown() throws -> [[String: Any]] { try events().filter { $0["clip"] is String } }

  private func events() throws -> [[String: Any]] {
    try text("events.jsonl").split(separator: "\n").compactMap { line in
      try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
  }
}

extension Substring {
  /// The identifier of the event on this line.
  fileprivate var identifier: Substring? { firstMatch(of: /"id":"([0-9A-Z]{26})"/)?.1 }
}
