import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct ServeTests {
  let program = Result { try Program() }

  @Test(.enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"))
  func `real RTSP cameras are watched and shown, one that is dead harms none, and SIGTERM ends all in order`() throws {
    let program = try program.get()
    let servers = try [RTSPServer(), RTSPServer()]
    defer { withExtendedLifetime(servers) {} }
    let service = try StartedService(
      program,
      cameras: [
        "front: {url: \"\(servers[0].url)\"}", "back: {url: \"\(servers[1].url)\", transport: tcp}",
        "dead: {url: \"rtsp://viewer:hush@127.0.0.1:1/none\"}",
      ])
    // Before a camera is up its view shows a plate of another size.
    for camera in ["front", "back"] {
      let word = "\"camera\":\"\(camera)\""
      service.running.wait { (try? program.text("events.jsonl").contains(word)) == true }
    }
    // A reader that is not ours: FFmpeg takes the live view for a camera.
    for camera in ["front", "back"] {
      let view = try program.tool(
        "ffmpeg",
        [
          "-v", "error", "-f", "mpjpeg", "-strict_mime_boundary", "1", "-i",
          "http://127.0.0.1:\(service.port)/live/\(camera).mjpg", "-frames:v", "10", "\(camera)-%d.jpg",
        ])
      #expect(view.status == 0, "\(view.error)")
      #expect(try program.show("width", of: "\(camera)-10.jpg", stream: "v:0") == "320")
    }
    // The same camera's own packets as HLS, to the same reader: more than one piece.
    let film = try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-i", "http://127.0.0.1:\(service.port)/live/front/index.m3u8", "-frames:v", "60", "-c", "copy",
        "film.mp4",
      ])
    #expect(film.status == 0, "\(film.error)")
    #expect(try program.show("codec_name", of: "film.mp4", stream: "v:0") == "h264")
    #expect(try program.frames(of: "film.mp4") == 60)
    // A camera that comes back after its server has gone is the business of its source; here the other must not care.
    service.running.process.terminate()
    let outcome = try service.running.wait()
    #expect(outcome.status == 0 && !outcome.isKilled, "\(outcome.error)")
    #expect(!outcome.error.contains("hush"))
    let events = try program.text("events.jsonl")
    #expect(events.hasSuffix("}\n"))
    for camera in ["front", "back"] { #expect(events.contains("\"camera\":\"\(camera)\"")) }
    #expect(events.contains("\"type\":\"camera_down\",\"camera\":\"dead\""))
  }

  @Test func `SIGHUP reads the configuration again, and a bad one is reported in one line and changes nothing`() throws
  {
    let program = try program.get()
    let service = try StartedService(program, cameras: ["one: {url: \"test:64x64@25\"}"])
    func hangUp(until sentence: String) throws {
      kill(service.running.process.processIdentifier, SIGHUP)
      service.running.waitForError { $0.contains(sentence) }
    }
    try StartedService.write(program, cameras: ["one: {url: \"test:64x64@25\"}", "two: {url: \"test:64x64@25\"}"])
    try hangUp(until: "configuration read: 1 camera unchanged, 1 started, 0 stopped")
    try StartedService.write(program, cameras: ["one: {urk: \"test:64x64@25\"}"])
    try hangUp(until: "the configuration was not changed: service.yml:5: cameras.one has no key urk; did you mean url?")
    service.running.process.terminate()
    let outcome = try service.running.wait()
    #expect(outcome.status == 0, "\(outcome.error)")
  }

  @Test func `systemd is notified that it is ready, alive, reloading and stopping`() throws {
    let program = try program.get()
    let listener = try DatagramListener()
    let service = try StartedService(
      program, cameras: ["one: {url: \"test:64x64@25\"}"],
      variables: ["NOTIFY_SOCKET": listener.name, "WATCHDOG_USEC": "600000"])
    #expect(listener.message(beginning: "READY=1\nSTATUS=") != nil)
    for _ in 0..<3 { #expect(listener.message(beginning: "WATCHDOG=1") != nil) }
    #expect(listener.message(beginning: "STATUS=1 of 1 camera up") != nil)
    kill(service.running.process.processIdentifier, SIGHUP)
    #expect(listener.message(beginning: "RELOADING=1") != nil)
    #expect(listener.message(beginning: "READY=1") != nil)
    service.running.process.terminate()
    #expect(listener.message(beginning: "STOPPING=1") != nil)
    #expect(try service.running.wait().status == 0)
  }

  /// Moments of a service's start, in order.
  private enum Moment: CaseIterable {
    case handlesSignals, hasWebThreads, hasCameraThread, hasWorkers, listens, reportsFailure, seesObject

    func hasCome(_ running: Running, _ program: Program) -> Bool {
      let process = running.process.processIdentifier
      func hasThread(_ name: String) -> Bool { ServeTests.threads(of: process).contains { $0.hasPrefix(name) } }
      func hasEvent(_ type: String) -> Bool {
        (try? program.text("events.jsonl").contains("\"type\":\"\(type)\"")) == true
      }
      return switch self {
      case .handlesSignals: ServeTests.handlesTerm(process)
      case .hasWebThreads: hasThread("NIO")
      case .hasCameraThread: hasThread("yard")
      case .hasWorkers: hasThread("detect")
      case .listens: (try? running.errorSoFar().contains("; http://")) == true
      case .reportsFailure: hasEvent("camera_down")
      case .seesObject: hasEvent("start")
      }
    }
  }

  @Test(arguments: Moment.allCases)
  private func `SIGTERM at any moment ends it within five seconds`(moment: Moment) throws {
    let program = try program.get()
    try StartedService.write(
      program, cameras: ["yard: {url: \"test:64x64@25\"}", "b: {url: \"rtsp://127.0.0.1:1/none\"}"])
    let running = try program.start(["serve", "-c", "service.yml"], hasModel: false)
    running.wait { moment.hasCome(running, program) }
    let clock = ContinuousClock.now
    running.process.terminate()
    let outcome = try running.wait()
    #expect(outcome.status == 0 && !outcome.isKilled, "\(outcome.error)")
    #expect(ContinuousClock.now - clock < .seconds(5))
  }

  /// Whether a process handles SIGTERM, according to the system.
  private static func handlesTerm(_ process: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let mask = status.firstMatch(of: /SigCgt:\s*([0-9a-f]+)/).flatMap { UInt64($0.1, radix: 16) } ?? 0
    return mask & (1 << UInt64(SIGTERM - 1)) != 0
  }

  /// Names of the threads of a process.
  private static func threads(of process: Int32) -> [String] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    return tasks.compactMap { try? String(contentsOfFile: "/proc/\(process)/task/\($0)/comm", encoding: .utf8) }
  }

  @Test func `mistakes have their exit codes`() throws {
    let program = try program.get()
    try "version: 1\nmodel: {path: m}\ncameras: {a: {uri: x}}\n".write(
      toFile: program.path("bad.yml"), atomically: true, encoding: .utf8)
    for (arguments, status, sentence) in [
      (["serve", "-c", "none.yml"], 66, "cannot read none.yml"), (["serve", "-c", "bad.yml"], 78, "bad.yml:3: "),
      (["config", "check", "bad.yml"], 78, "did you mean url?"), (["config", "check", "none.yml"], 66, "cannot read"),
      (["serve"], 64, "--config"),
    ] {
      let outcome = try program.run(arguments, hasModel: false)
      #expect(Int(outcome.status) == status && outcome.error.contains(sentence), "\(arguments): \(outcome.error)")
    }
    let example = try program.run(["config", "example"], hasModel: false)
    try example.output.write(toFile: program.path("example.yml"), atomically: true, encoding: .utf8)
    let check = try program.run(["config", "check", "example.yml"], hasModel: false)
    #expect(
      check.status == 78 && check.error.contains("the environment has no variable FRONT_PASSWORD"), "\(check.error)")
    let schema = try program.run(["config", "schema"], hasModel: false)
    #expect((try? JSONSerialization.jsonObject(with: Data(schema.output.utf8))) != nil)
  }
}
