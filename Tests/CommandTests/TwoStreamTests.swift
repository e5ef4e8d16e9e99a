import Foundation
import TestSupport
import Testing

/// A camera with two streams, as people run it: the service decodes the small one and records the large one.
@Suite(.serialized) struct TwoStreamTests {
  private static let rate = 15.0, gop = 1.0, preRoll = 1.0

  @Test(.enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"))
  func `clips and exports are of the large stream, from the keyframe before the moment they begin at`() throws {
    let program = try Program()
    try film(program, size: "320:180", as: "small.mp4")
    try film(program, size: "960:540", as: "large.h264")
    let small = try RTSPServer(clip: program.path("small.mp4"))
    let large = try PlainCamera(clip: program.path("large.h264"), rate: Self.rate, log: program.path("large.log"))
    defer { withExtendedLifetime(small) {} }
    let running = try serve(program, small: small.url, large: large.url)
    defer { running.process.terminate() }
    let sent = try hashes(of: "large.h264", program)
    // An event that began the clip: its object was new.
    var found: [String: Any]?
    #expect(
      try waiting {
        found = try lines(program).beginningEvent
        return found != nil || !running.process.isRunning
      })
    let errors = try running.errorSoFar()
    let event = try #require(found, "\(errors)")
    let clip = try #require(event["clip"] as? String), offset = try #require(event["clip_offset"] as? Double)
    let start = try time(event["start"])
    #expect(try program.show("width,height", of: clip, stream: "v:0") == "960,540")
    let beginning = try #require(try hashes(of: clip, program, limit: 1).first)
    let first = try #require(sent.firstIndex(of: beginning))
    // The log of the camera is independent of what the service knows. A busy machine receives a little later.
    let begin = try #require(large.time(of: first))
    #expect((start - Self.preRoll - Self.gop - 0.3...start - Self.preRoll + 0.3).contains(begin), "\(begin - start)")
    let shown = try #require(large.time(of: first + Int((offset * Self.rate).rounded())))
    #expect(abs(shown - start) < 0.3, "the frame at clip_offset: \(shown - start) s")

    #expect(waiting { large.sendingTimes.count > 140 })
    // Ends the segment, which would go on for a minute.
    let address = try #require(try running.errorSoFar().firstMatch(of: /http:\/\/127\.0\.0\.1:\d+\//)).0
    let switched = try get(program, "\(address)api/v1/cameras/front", ["-d", "{\"record\":false}"])
    #expect(switched.contains("\"record\":false"), "\(switched)")
    var segments: [[String: Any]] = []
    #expect(
      try waiting {
        let answer = try get(program, "\(address)api/v1/recordings/front")
        segments = (try object(answer)["segments"] as? [[String: Any]]) ?? []
        return !segments.isEmpty
      })
    let from = try time(segments[0]["start"]) + 2.3
    try export(program, address: String(address), span: from...from + 3, sent: sent, by: large)
  }

  /// Exports a span by HTTP and by the command: the same file, which shows the span and plays.
  private func export(
    _ program: Program, address: String, span: ClosedRange<Double>, sent: [Substring], by camera: PlainCamera
  ) throws {
    let (after, before) = (text(span.lowerBound), text(span.upperBound))
    let query = "after=\(after)&before=\(before)"
    let code = try get(
      program, "\(address)api/v1/recordings/front/export?\(query)", ["-o", "web.mp4", "-w", "%{http_code}"])
    #expect(code == "200")
    let outcome = try program.run(
      [
        "events", "export", "-c", "service.yml", "--camera", "front", "--after", after, "--before", before, "--video",
        "command.mp4",
      ], hasModel: false)
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let files = try ["web.mp4", "command.mp4"].map { try Data(contentsOf: URL(filePath: program.path($0))) }
    #expect(files[0] == files[1] && !files[0].isEmpty)
    #expect(try program.show("width,height", of: "web.mp4", stream: "v:0") == "960,540")
    let frames = try hashes(of: "web.mp4", program)
    let beginning = try #require(frames.first)
    let first = try #require(sent.firstIndex(of: beginning))
    #expect(frames == Array(sent.dropFirst(first).prefix(frames.count)), "each frame once, in order")
    let begin = try #require(camera.time(of: first)), end = try #require(camera.time(of: first + frames.count - 1))
    #expect((span.lowerBound - Self.gop - 0.3...span.lowerBound + 0.1).contains(begin), "\(begin - span.lowerBound)")
    #expect(abs(end - span.upperBound) < 0.3, "\(end - span.upperBound)")
    let length = try #require(Double(program.show("duration", of: "web.mp4", stream: "v:0")))
    #expect(abs(length - Double(frames.count) / Self.rate) < 0.1, "\(length) s")
    // A span without recordings.
    let nothing = try program.run(
      [
        "events", "export", "-c", "service.yml", "--camera", "front", "--after", "3d", "--before", "2d", "--video",
        "none.mp4",
      ], hasModel: false)
    #expect(nothing.status != 0 && nothing.error.contains("nothing was recorded by front then"), "\(nothing.error)")
    #expect(!FileManager.default.fileExists(atPath: program.path("none.mp4")))
  }

  /// Two minutes, longer than the test, of a view that wanders over the test photograph, a keyframe each second.
  private func film(_ program: Program, size: String, as name: String) throws {
    let view = "crop=512:288:x='(iw-ow)*(0.5+0.5*sin(1.3*t))':y='(ih-oh)*(0.5+0.5*cos(0.9*t))'"
    try FFmpegTool.run([
      "-loop", "1", "-framerate", "\(Self.rate)", "-i", TestClip.photograph.path, "-t", "120", "-vf",
      "\(view),scale=\(size),format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g",
      "\(Int(Self.rate * Self.gop))", "-sc_threshold", "0", program.path(name),
    ])
  }

  private func serve(_ program: Program, small: String, large: String) throws -> Running {
    let inputs = "[{url: \"\(small)\", roles: [detect]}, {url: \"\(large)\", roles: [record, live]}]"
    try """
    version: 1
    model: {path: model.safetensors, imgsz: 64, workers: 1}
    defaults: {detect: {fps: 10, motion: {gate: false}}, track: {buffer: 500ms}}
    cameras:
      front: {inputs: \(inputs), transport: tcp, record: {continuous: 1d, pre_roll: \(Self.preRoll)s, post_roll: 1s}}
    outputs: {events: {jsonl: {path: events.jsonl}}, storage: {path: media, min_free: 0}}
    http: {listen: "127.0.0.1:0"}
    """.write(toFile: program.path("service.yml"), atomically: true, encoding: .utf8)
    return try program.start(["serve", "-c", "service.yml"], hasModel: false)
  }

  private func lines(_ program: Program) throws -> [[String: Any]] {
    ((try? program.text("events.jsonl")) ?? "").split(separator: "\n").compactMap { try? object(String($0)) }
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func get(_ program: Program, _ address: String, _ options: [String] = []) throws -> String {
    try program.tool("curl", ["-s", "-m", "60"] + options + [address]).output
  }

  private static let form = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// Seconds since 1970.
  private func time(_ value: Any?) throws -> Double {
    try Self.form.parse(try #require(value as? String)).timeIntervalSince1970
  }

  private func text(_ time: Double) -> String { Self.form.format(Date(timeIntervalSince1970: time)) }

  /// What each decoded frame of a file looks like.
  private func hashes(of file: String, _ program: Program, limit: Int = 100_000) throws -> [Substring] {
    let outcome = try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-i", file, "-an", "-frames:v", "\(limit)", "-fps_mode", "passthrough", "-f", "framemd5", "-",
      ])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(file): \(outcome.error)")
    return outcome.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .compactMap { $0.split(separator: ",").last?.trimmingPrefix(" ") }
  }
}

extension PlainCamera {
  /// When it sent frame `index` to its first caller, in seconds since 1970.
  fileprivate func time(of index: Int) -> Double? {
    let times = sendingTimes
    return times.indices.contains(index) ? times[index] : nil
  }
}

extension [[String: Any]] {
  /// The end of an object that was new and whose clip begins with it: not one that was parked, or joined a clip.
  fileprivate var beginningEvent: [String: Any]? {
    let moved = Set(filter { $0["type"] as? String == "active" }.compactMap { $0["id"] as? String })
    return first { line in
      guard line["type"] as? String == "end", line["clip"] is String, let id = line["id"] as? String,
        let offset = line["clip_offset"] as? Double
      else { return false }
      return !moved.contains(id) && (0.9...2.2).contains(offset)
    }
  }
}
