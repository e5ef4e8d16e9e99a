import Foundation
import TestSupport
import Testing

/// What somebody does who means no good, or has little: limits of the system, files that are something else, damaged logs.
@Suite(.serialized) struct HostileUserTests {
  let program = Result { try Program() }

  /// Runs the program under limits of the shell, and ends it after some seconds.
  private func limited(_ program: Program, _ limit: String, _ arguments: [String]) throws -> Program.Outcome {
    try program.tool(
      "sh",
      ["-c", "ulimit \(limit); exec timeout --preserve-status 7 \"$@\"", "sh", Program.executable.path] + arguments)
  }

  private func configure(_ program: Program, _ cameras: String, http: String = "127.0.0.1:0") throws {
    try """
    version: 1
    model: {path: model.safetensors, imgsz: 64, workers: 1}
    cameras: {\(cameras)}
    http: {listen: "\(http)"}
    """.write(toFile: program.path("s.yml"), atomically: true, encoding: .utf8)
  }

  @Test(arguments: [8, 10, 12, 14, 16, 20, 24, 32])
  func `few open files are a sentence or a service that runs`(count: Int) throws {
    let program = try program.get()
    try configure(program, "a: {url: \"test:64x64@5\"}, b: {url: \"test:64x64@5\"}")
    let outcome = try limited(program, "-n \(count)", ["serve", "-c", "s.yml"])
    #expect([0, 69, 71, 78].contains(outcome.status), "\(outcome.status) \(outcome.error)")
    if outcome.status != 0 { #expect(outcome.error.contains("open files"), "\(outcome.error)") }
    if count >= 32 { #expect(outcome.status == 0, "\(outcome.error)") }
  }

  @Test(arguments: [500, 600, 700, 800, 1200, 4000], ["run", "serve"])
  func `little address space is a sentence or a run`(megabytes: Int, command: String) throws {
    let program = try program.get()
    try configure(program, "a: {url: \"test:64x64@5\"}")
    let arguments =
      command == "serve"
      ? ["serve", "-c", "s.yml"]
      : ["test:320x240@10:20", "-o", "o.mp4", "--overwrite", "-q", "--model", "model.safetensors", "--imgsz", "64"]
    let outcome = try limited(program, "-v \(megabytes * 1024)", arguments)
    // 127 is the loader's: there is no room for the libraries.
    #expect([0, 71, 127].contains(outcome.status), "\(outcome.status) \(outcome.error)")
    if outcome.status == 71 { #expect(outcome.error.contains("address space"), "\(outcome.error)") }
    if megabytes == 4000 { #expect(outcome.status == 0, "\(outcome.error)") }
  }

  @Test(
    arguments: [
      ("{bad\n", 75, "1 line could not be read"), ("\u{0}x\n[[[\n", 75, "2 lines could not be read"),
      ("{\"v\":2,\"type\":\"start\",\"ts\":\"2026-13-45T99:99:99Z\"}\n", 75, "1 line could not be read"),
      (String(repeating: "[", count: 50_000) + "\n", 75, "1 line could not be read"),
      (String(repeating: "a", count: 1 << 20), 65, "without an end"), ("", 0, ""), ("{\"v\":2", 0, ""),
    ], ["query", "export", "tail"])
  func `a log that is none has its sentence and its code`(
    fault: (text: String, status: Int32, sentence: String), command: String
  ) throws {
    let program = try program.get()
    try fault.text.write(toFile: program.path("e.jsonl"), atomically: true, encoding: .utf8)
    let more = command == "tail" ? ["--once"] : []
    let outcome = try program.run(["events", command, "e.jsonl"] + more, hasModel: false)
    #expect(outcome.status == fault.status, "\(outcome.status) \(outcome.error)")
    #expect(fault.sentence.isEmpty ? outcome.error.isEmpty : outcome.error.contains(fault.sentence), "\(outcome.error)")
    let folder = try program.run(["events", command, "."] + more, hasModel: false)
    #expect(folder.status == 66 && folder.error.contains("expected a file"), "\(folder.error)")
  }

  @Test(arguments: ["--detections", "--events", "--mot", "-o"])
  func `a socket in the place of an output is refused at once`(option: String) throws {
    let program = try program.get()
    try program.tool(
      "python3", ["-c", "import socket; socket.socket(socket.AF_UNIX).bind('socket.mp4')"])
    let outcome = try program.run(["test:64x64@10:5", option, "socket.mp4", "-q"])
    #expect(
      [73, 74].contains(outcome.status) && outcome.error.contains("socket.mp4"), "\(outcome.status) \(outcome.error)")
  }

  @Test func `tables from Windows are read`() throws {
    let program = try program.get()
    let rows = (1...30).map { "\($0),1,\(10 + $0 * 5),10,20,40,1,1,1" }
    try (rows.joined(separator: "\n") + "\n").write(
      toFile: program.path("unix.txt"), atomically: true, encoding: .utf8)
    try ("\u{FEFF}" + rows.joined(separator: "\r\n") + "\r\n").write(
      toFile: program.path("windows.txt"), atomically: true, encoding: .utf8)
    let outputs = try ["unix", "windows"].map { name in
      let outcome = try program.run(
        [
          "rules", "--tracks", "\(name).txt", "--fps", "25", "--size", "200x100", "--line", "middle:0.5,0;0.5,1",
        ], hasModel: false)
      #expect(outcome.status == 0, "\(outcome.error)")
      return outcome.output
    }
    #expect(outputs[0] == outputs[1] && outputs[0].contains("\"count\":1"), "\(outputs)")
  }

  @Test func `times of loitering are those of classes, of all others, and of all stays if requested`() throws {
    let program = try program.get()
    // A person (0) and a car (2) stand in the zone for 0 to 4 s, beside it until 6 s, and in it until 8 s.
    let rows = (0...200).flatMap { frame in
      [(1, 0), (2, 2)].map { id, label in
        let x = (100..<150).contains(frame) ? 60 : 10
        return "\(frame + 1),\(id),\(x),\(id * 30),20,20,1,\(label),1"
      }
    }
    try rows.joined(separator: "\n").write(toFile: program.path("stays.txt"), atomically: true, encoding: .utf8)
    func loitering(_ arguments: [String]) throws -> [String] {
      let outcome = try program.run(
        ["rules", "--tracks", "stays.txt", "--fps", "25", "--size", "100x100", "--zone", "left:0,0;0.5,0;0.5,1;0,1"]
          + arguments, hasModel: false)
      #expect(outcome.status == 0, "\(outcome.output)")
      return outcome.output.split(separator: "\n").filter { $0.contains("\"loiter\"") }.map { line in
        [/"track":[0-9]+/, /"dwell":[0-9.]+/].compactMap { line.firstMatch(of: $0).map { String($0.output) } }
          .joined(separator: " ")
      }
    }
    #expect(try loitering(["--loiter", "3s"]) == ["\"track\":1 \"dwell\":3.0", "\"track\":2 \"dwell\":3.0"])
    #expect(try loitering(["--loiter", "0=3s"]) == ["\"track\":1 \"dwell\":3.0"])
    #expect(try loitering(["--loiter", "0=3s,all=1h"]) == ["\"track\":1 \"dwell\":3.0"])
    #expect(try loitering(["--loiter", "2=5s"]).isEmpty)
    #expect(try loitering(["--loiter", "2=5s", "--loiter-sum"]).map { String($0.prefix(9)) } == ["\"track\":2"])
    for (arguments, sentence) in [
      (["--loiter", "person=3s"], "--loiter person: expected the name or number of a class"),
      (["--loiter", "soon"], "expected a time such as 20s, or times of classes such as person=20s,all=10m"),
      (["--loiter-sum"], "--loiter-sum: expected --loiter with a time"),
    ] {
      let outcome = try program.run(
        ["rules", "--tracks", "stays.txt", "--fps", "25", "--size", "100x100", "--zone", "left:0,0;0.5,0;0.5,1;0,1"]
          + arguments, hasModel: false)
      #expect(outcome.status == 64 && outcome.error.contains(sentence), "\(outcome)")
    }
  }

  @Test func `an object that is gone in a table ends when it is missing for too long, not with the next row`() throws {
    let program = try program.get()
    try "1,1,10,10,20,20,1,1,1\n2,1,10,10,20,20,1,1,1\n2000000000,2,10,10,20,20,1,1,1\n".write(
      toFile: program.path("t.txt"), atomically: true, encoding: .utf8)
    let outcome = try program.run(
      [
        "rules", "--tracks", "t.txt", "--fps", "25", "--size", "100x100", "--track-buffer", "1s", "--loiter", "5s",
        "--zone", "all:0,0;1,0;1,1;0,1",
      ], hasModel: false)
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    let end = try #require(lines.first { $0.contains("\"type\":\"end\"") && $0.contains("\"track\":1") })
    #expect(end.contains("\"frame\":28"), "\(outcome.output)")
    #expect(!outcome.output.contains("loiter"), "\(outcome.output)")
  }

  @Test func `an image of 3600 million pixels is refused in little memory`() throws {
    let program = try program.get()
    let script = """
      import struct, zlib
      def chunk(kind, data):
          return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
      packer = zlib.compressobj(9)
      row = bytes(1 + 7500)
      body = b''.join(packer.compress(row * 100) for _ in range(600)) + packer.flush()
      head = struct.pack('>IIBBBBB', 60000, 60000, 1, 0, 0, 0, 0)
      open('huge.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head) + chunk(b'IDAT', body) + chunk(b'IEND', b''))
      """
    try program.tool("python3", ["-c", script])
    for output in [["-o", "o.jpg"], ["--detections", "d.jsonl"]] {
      let outcome = try program.tool(
        "sh",
        [
          "-c", "ulimit -v 4000000; exec \"$@\"", "sh", Program.executable.path, "huge.png", "--model",
          "model.safetensors", "--imgsz", "64", "-q",
        ] + output)
      #expect(outcome.status == 65 && !outcome.isKilled && outcome.error.contains("huge.png"), "\(outcome.error)")
    }
  }
}
