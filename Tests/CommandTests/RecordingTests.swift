import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct RecordingTests {
  let program = Result { try Program() }

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    arguments: [SIGKILL, SIGTERM])
  func `what an event's end names is on the disk and plays, and so does all else when the service ends`(
    signal: Int32
  ) throws {
    let program = try program.get()
    let server = try RTSPServer(clip: SharedMaterial.file("media/people-walking.mp4").path)
    defer { withExtendedLifetime(server) {} }
    try """
    version: 1
    model: {path: model.safetensors, imgsz: 64, workers: 1}
    defaults: {detect: {fps: 10, motion: {gate: false}}, track: {buffer: 500ms}, record: {pre_roll: 1s, post_roll: 1s}}
    cameras:
      front: {url: "\(server.url)"}
    outputs: {events: {jsonl: {path: events.jsonl}}, storage: {path: media, min_free: 0}}
    http: {listen: "127.0.0.1:0"}
    """.write(toFile: program.path("service.yml"), atomically: true, encoding: .utf8)
    let running = try program.start(["serve", "-c", "service.yml"], hasModel: false)
    while running.process.isRunning, (try? program.text("events.jsonl").contains("\"clip\":\"")) != true {
      usleep(5000)
    }
    // What is named now must be there now.
    let ends = try program.ends()
    #expect(!ends.isEmpty)
    for end in ends { try check(end, of: program) }
    try fetch(try #require(ends.first), from: running, program)
    kill(running.process.processIdentifier, signal)
    let outcome = try running.wait()
    #expect(signal == SIGKILL ? outcome.isKilled : outcome.status == 0, "\(outcome.error)")
    let names = FileManager.default.enumerator(atPath: program.path("media"))?.compactMap { $0 as? String } ?? []
    let clips = names.filter { $0.hasSuffix(".mp4") }
    #expect(!clips.isEmpty)
    for clip in clips { try play("media/\(clip)", of: program, isWhole: signal == SIGTERM) }
    if signal == SIGTERM {
      // Each beginning has an end, and each end what it names.
      let events = try program.text("events.jsonl").split(separator: "\n")
      #expect(try program.ends().count == events.count { $0.contains("\"type\":\"start\"") })
      for end in try program.ends() { try check(end, of: program) }
      let numbers = events.compactMap { $0.firstMatch(of: /"seq":(\d+)/).flatMap { Int($0.1) } }
      #expect(numbers == Array(0..<events.count))
    }
  }

  private func check(_ end: [String: Any], of program: Program) throws {
    if let clip = end["clip"] as? String {
      #expect(
        clip.wholeMatch(of: /media\/front\/[-0-9]{10}\/[0-9]{2}\/front_[0-9T.]+Z_[a-z]+_[0-9A-Z]{26}\.mp4/) != nil)
      try play(clip, of: program, isWhole: false)
    }
    let snapshot = try #require(end["snapshot"] as? String)
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
  /// The events that tell of an end.
  fileprivate func ends() throws -> [[String: Any]] {
    try text("events.jsonl").split(separator: "\n").compactMap { line in
      let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return event?["type"] as? String == "end" ? event : nil
    }
  }
}
