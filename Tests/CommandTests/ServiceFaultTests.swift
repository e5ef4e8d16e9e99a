import Foundation
import TestSupport
import Testing

/// A service among passwords with odd characters, pipes that nobody reads or writes, and few descriptors.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ServiceFaultTests {
  let program = Result { try Program() }

  private func end(_ service: StartedService) throws -> Program.Outcome {
    let start = ContinuousClock.now
    service.running.process.terminate()
    let outcome = try service.running.wait()
    #expect(outcome.status == 0 && !outcome.isKilled, "\(outcome.error)")
    #expect(ContinuousClock.now - start < .seconds(5), "it ends within five seconds")
    return outcome
  }

  @Test(
    arguments: [
      "hush1 hush1", "hu\"sh'hush2", "hush3/hush3?hush3#hush3", "hush4,hush4;hush4", "hush5%20hush5",
      "hush6@hush6:hush6",
      "hüsh7\\hush7", "{hush8}[hush8]",
    ])
  func `no secret leaves the program, whatever it contains`(secret: String) throws {
    let program = try program.get()
    let service = try StartedService(
      program,
      cameras: [
        "pw: {url: \"rtsp://viewer:${SECRET}@127.0.0.1:1/stream\"}",
        "query: {url: \"http://127.0.0.1:1/v.cgi?usr=a&passcode=hush5&psk=hush6&session=hush7\"}",
        "push: {url: \"test:64x64@5\", push: \"rtmp://127.0.0.1:1/live/hush9?x=1\"}",
        "srt: {url: \"test:64x64@5\", push: \"srt://127.0.0.1:1?streamid=hush10&passphrase=hush11hush11\"}",
      ], variables: ["SECRET": secret])
    service.running.wait {
      ["pw", "query"].allSatisfy { name in
        (try? program.text("events.jsonl").contains("\"type\":\"camera_down\",\"camera\":\"\(name)\"")) == true
      }
    }
    var text = ""
    for path in [
      "/", "/metrics", "/readyz", "/version", "/api/v1/cameras", "/api/v1/cameras/pw", "/api/v1/cameras/query",
      "/api/v1/cameras/push", "/api/v1/stats", "/api/v1/events",
    ] { text += try service.get(program, path) }
    text += try service.get(program, "/api/v1/events/stream", options: ["-N", "-m", "1"])
    #expect(text.contains("***@127.0.0.1"))
    text += try end(service).error
    text += try program.text("events.jsonl")
    for arguments in [["config", "check", "service.yml"], ["doctor", "--config", "service.yml"]] {
      let outcome = try program.start(arguments, hasModel: false, variables: ["SECRET": secret]).wait()
      text += outcome.output + outcome.error
    }
    let found = text.matches(of: /h[uü][^\n]{0,20}sh\d/).map { String($0.0) }
    #expect(found.isEmpty, "\(found)")
  }

  @Test func `with 32 descriptors callers are refused, and the cameras go on`() throws {
    let program = try program.get()
    let service = try StartedService(
      program, cameras: ["a: {url: \"test:64x64@25\"}", "b: {url: \"test:64x64@25\"}"], limit: "-n 32")
    let script = """
      import socket, sys, time
      calls = []
      for _ in range(60):
          try:
              call = socket.create_connection(('127.0.0.1', \(service.port)), timeout=1)
              call.sendall(b'GET /healthz HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n')
              calls.append(call)
          except OSError:
              break
      time.sleep(2)
      """
    let before = try service.inferred(program, "a")
    try program.tool("python3", ["-c", script])
    let isBack = ContinuousClock.now + .seconds(60)
    var after = -1
    while after < 0, ContinuousClock.now < isBack { after = try service.inferred(program, "a") }
    #expect(before >= 0 && after >= before + 20, "\(before) → \(after)")
    _ = try end(service)
  }

  @Test func `an event log that nobody reads holds no camera up, and not the end`() throws {
    let program = try program.get()
    try program.tool("mkfifo", ["pipe"])
    // It is opened for reading, full, and left.
    let reader = try FileHandle(forUpdating: URL(filePath: program.path("pipe")))
    defer { try? reader.close() }
    try reader.write(contentsOf: Data(count: 1 << 16))
    let service = try StartedService(
      program, cameras: ["a: {url: \"test:160x120@25\"}", "b: {url: \"test:160x120@25\"}"], log: "pipe")
    for camera in ["a", "b"] {
      let target = try service.inferred(program, camera) + 50
      let limit = ContinuousClock.now + .seconds(60)
      var count = 0
      while count < target, ContinuousClock.now < limit { count = try service.inferred(program, camera) }
      #expect(count >= target)
    }
    #expect(try service.get(program, "/metrics").contains(" 200 OK"))
    _ = try end(service)
  }

  @Test func `a pipe that nobody writes is a camera that is down, and waits for nothing`() throws {
    let program = try program.get()
    try program.tool("mkfifo", ["source.mp4"])
    let cameras = ["a: {url: \"test:160x120@25\"}", "pipe: {url: source.mp4, timeout: 0.2s}"]
    let service = try StartedService(program, cameras: cameras)
    service.running.wait {
      (try? program.text("events.jsonl").contains("\"type\":\"camera_down\",\"camera\":\"pipe\"")) == true
    }
    try StartedService.write(program, cameras: cameras + ["b: {url: \"test:64x64@5\"}"])
    #expect(try service.get(program, "/api/v1/reload", options: ["-X", "POST"]).contains(" 200 OK"))
    #expect(try service.inferred(program, "a") > 0)
    _ = try end(service)
  }

  @Test func `a disk that hangs holds the end up for less than five seconds`() throws {
    let program = try program.get()
    try "#include <unistd.h>\nint fsync(int file) { (void)file; for (;;) pause(); }\n"
      .write(toFile: program.path("hang.c"), atomically: true, encoding: .utf8)
    try program.tool("clang", ["-shared", "-fPIC", "-o", "hang.so", "hang.c"])
    try #require(FileManager.default.fileExists(atPath: program.path("hang.so")))
    // Its last state is written to the disk by each camera that stops.
    let service = try StartedService(
      program, cameras: ["a: {url: \"test:64x64@25\"}"], variables: ["LD_PRELOAD": program.path("hang.so")])
    let outcome = try end(service)
    #expect(outcome.error.contains("something hangs"), "\(outcome.error)")
  }

  @Test func `a log that nobody reads holds no camera up, and not the end`() throws {
    let program = try program.get()
    try program.tool("mkfifo", ["log"])
    // It is opened for reading, full, and left.
    let reader = try FileHandle(forUpdating: URL(filePath: program.path("log")))
    defer { try? reader.close() }
    try reader.write(contentsOf: Data(count: 1 << 16))
    try StartedService.write(program, cameras: ["a: {url: \"test:160x120@25\"}"])
    let running = try program.start(
      ["serve", "-c", "service.yml"], hasModel: false, limit: "-n 256; exec 2>log")
    running.wait { (try? program.text("events.jsonl").contains("\"type\":\"camera_up\"")) == true }
    #expect(running.process.isRunning)
    let start = ContinuousClock.now
    running.process.terminate()
    let outcome = try running.wait()
    #expect(outcome.status == 0 && !outcome.isKilled)
    #expect(ContinuousClock.now - start < .seconds(5), "it ends within five seconds")
  }
}
