import Foundation
import TestSupport
import Testing

/// How the program behaves towards people at a terminal.
@Suite(.serialized) struct MannersTests {
  let program = Result { try Program() }

  @Test(
    arguments: [
      (["trian", "--data", "x"], "did you mean 'yolostream train'?"),
      (["devcies"], "did you mean 'yolostream devices'?"), (["model", "pul"], "did you mean 'yolostream model pull'?"),
      (["help", "serv"], "did you mean 'yolostream serve'?"),
      (["test:64x64@10:3", "--model", "yolov9t"], "yolov9t: there is no such file, and no model of that name"),
      (["test:64x64@10:3", "--model", "yolov9-tt"], "did you mean yolov9-t?"),
      (["test:64x64@10:3", "--model", "yolov9-tt.pt"], "did you mean yolov9-t?"),
      (["test:64x64@10:3", "--model", "something"], "expected a file or one of gelan-n, yolov9-t"),
      (["model", "pull", "yolov9s"], "did you mean yolov9-s?"), (["model", "info", "gelann"], "did you mean gelan-n?"),
      (["bench", "--network", "yolov9-tt"], "did you mean yolov9-t?"),
      (["train", "--data", "x", "--network", "yolov9-nn"], "did you mean yolov9-n?"),
      (["test:64x64@10:3", "--classes", "persn"], "did you mean person?"),
    ] as [([String], String)])
  func `a misspelt name brings the right one`(arguments: [String], sentence: String) throws {
    let outcome = try program.get().run(arguments, hasModel: false)
    #expect([64, 78].contains(outcome.status) && outcome.error.contains(sentence), "\(outcome.error)")
    #expect(outcome.error.contains("did you mean") || sentence.contains("expected"), "\(outcome.error)")
  }

  @Test func `what is not near any name is an input`() throws {
    let outcome = try program.get().run(["holiday"], hasModel: false)
    #expect(outcome.status == 66 && !outcome.error.contains("did you mean"), "\(outcome.error)")
  }

  @Test func `a file may be called like a command, nearly`() throws {
    let program = try program.get()
    try Data("no video".utf8).write(to: URL(filePath: program.path("trian")))
    defer { try? FileManager.default.removeItem(atPath: program.path("trian")) }
    #expect(try program.run(["trian"]).status == 65)
  }

  @Test(arguments: ["0", "7"]) func `a number is a camera`(number: String) throws {
    guard !FileManager.default.fileExists(atPath: "/dev/video\(number)") else { return }
    let outcome = try program.get().run([number, "--retries", "0"])
    #expect(outcome.status == 66 && outcome.error.contains("/dev/video\(number)"), "\(outcome.error)")
  }

  @Test(
    arguments: [
      ["-o", "kept.mp4"], ["--events", "kept.jsonl"], ["--detections", "kept.jsonl"], ["--mot", "kept.txt"],
      ["--coco", "kept.json"],
    ])
  func `results that exist are kept`(arguments: [String]) throws {
    let program = try program.get()
    let name = arguments[1]
    try Data("results of yesterday".utf8).write(to: URL(filePath: program.path(name)))
    let refused = try program.run(["test:64x64@10:3", "-q"] + arguments)
    #expect(refused.status == 73 && refused.error.contains("\(name): it exists"), "\(refused.error)")
    #expect(try program.text(name) == "results of yesterday")
    let replaced = try program.run(["test:64x64@10:3", "-q", "--overwrite"] + arguments)
    #expect(replaced.status == 0, "\(replaced.error)")
    #expect(try Data(contentsOf: URL(filePath: program.path(name))) != Data("results of yesterday".utf8))
  }

  @Test(
    arguments: [
      ["test:64x64@10:3", "--labels", "full", "--model", "model.safetensors"],
      ["test:64x64@10:3", "--crops", "full", "--model", "model.safetensors"],
      ["val", "--data", "none.json", "--plots", "full"],
    ])
  func `a folder with results is kept`(arguments: [String]) throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("full"), withIntermediateDirectories: true)
    try Data("results of yesterday".utf8).write(to: URL(filePath: program.path("full/old.txt")))
    let refused = try program.run(arguments, hasModel: false)
    #expect(refused.status == 73 && refused.error.contains("full: the folder is not empty"), "\(refused.error)")
    #expect(try program.run(arguments + ["--overwrite"], hasModel: false).status != 73)
  }

  @Test func `an export of video and a quantised model of the cache are kept`() throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("cache"), withIntermediateDirectories: true)
    for name in ["hour.mp4", "cache/yolov9-t-int8.safetensors"] {
      try Data("results of yesterday".utf8).write(to: URL(filePath: program.path(name)))
    }
    for arguments in [
      ["events", "export", "-c", "none.yml", "--camera", "a", "--after", "2h", "--video", "hour.mp4"],
      ["model", "pull", "yolov9-t", "--release", "http://127.0.0.1:9", "--int8", "--calibrate", "test:64x64@10:3"],
    ] {
      let variables = ["YOLOSTREAM_CACHE": program.path("cache")]
      let refused = try program.start(arguments, hasModel: false, variables: variables).wait()
      #expect(refused.status == 73 && refused.error.contains("it exists"), "\(refused.error)")
      let again = try program.start(arguments + ["--overwrite"], hasModel: false, variables: variables).wait()
      #expect(again.status != 73 && !again.error.contains("it exists"), "\(again.error)")
    }
  }

  @Test(arguments: [
    "devices", "doctor --json", "model info gelan-n", "config schema", "events query line.jsonl",
    "events tail line.jsonl --once",
  ])
  func `a full disk is an error of whatever prints`(command: String) throws {
    let program = try program.get()
    let event =
      #"{"v":2,"id":"01KB0000000000000000000001","type":"start","camera":"street","seq":0,"pts":1.2,"frame":30,"#
      + #""ts":"2026-11-28T10:00:00.120Z","ts_src":"rtcp","label":"person","class_id":0,"score":0.83,"top_score":0.91,"#
      + #""box":[253.1,219.9,283.3,309.1],"box_norm":[0.33,0.38,0.37,0.53],"track":17,"zones":[],"entered":[],"#
      + #""stationary":false,"active":true,"position_changes":0,"start":"2026-11-28T10:00:00.120Z","end":null}"#
    try "\(event)\n".write(toFile: program.path("line.jsonl"), atomically: true, encoding: .utf8)
    let line = "exec \"$0\" \(command) > /dev/full"
    let outcome = try program.tool("bash", ["-c", line, Program.executable.path])
    #expect(outcome.status == 74, "\(outcome.status) \(outcome.error)")
    #expect(outcome.error.contains("cannot write standard output: No space left on device"), "\(outcome.error)")
  }

  @Test func `an empty file, a device and a new name are no results`() throws {
    let program = try program.get()
    try Data().write(to: URL(filePath: program.path("empty.jsonl")))
    let outcome = try program.run(
      ["test:64x64@10:3", "-q", "--events", "empty.jsonl", "--detections", "/dev/null", "--mot", "new-tracks.txt"])
    #expect(outcome.status == 0, "\(outcome.error)")
  }

  @Test(
    arguments: [
      ("\"$0\" test:64x64@10:300 -q --model model.safetensors --imgsz 64 | head -n 1", 141),
      ("\"$0\" test:64x64@10:300 -q --model model.safetensors --imgsz 64 -o - | head -c 100 > part", 141),
      ("\"$0\" run --help | head -n 1", 141),
      ("\"$0\" test:64x64@10:3 --model model.safetensors --imgsz 64 2>&1 > o | true", 0),
    ] as [(String, Int32)])
  func `the reader of the output may close it, without a message`(line: String, status: Int32) throws {
    let outcome = try program.get().tool("bash", ["-c", "set -o pipefail; " + line, Program.executable.path])
    // A short output may be written whole before its reader goes.
    #expect(outcome.status == status || line.contains("--help") && outcome.status == 0, "\(outcome.error)")
    #expect(outcome.error.isEmpty, "\(outcome.error)")
  }

  @Test func `the first failure states that it is tried again, and how often`() throws {
    let program = try program.get()
    let running = try program.start(["rtsp://127.0.0.1:9/x", "--timeout", "2", "--backoff", "10s"])
    running.waitForError { $0.contains("\n") }
    kill(running.process.processIdentifier, SIGINT)
    #expect(try running.wait().error.contains(" s, until it answers; Ctrl-C ends this"))
    let few = try program.run(["rtsp://127.0.0.1:9/x", "--timeout", "2", "--backoff", "0.01s", "--retries", "1"])
    #expect(few.status == 69 && few.error.contains("s, up to 1 time\n"), "\(few.error)")
  }

  @Test func `one frame is one frame`() throws {
    let outcome = try program.get().run(["test:64x64@10:1", "--detections", "/dev/null"])
    #expect(outcome.error.contains(": 1 frame in "), "\(outcome.error)")
  }

  @Test func `errors of the network name no functions and types`() throws {
    let program = try program.get()
    try """
    version: 1
    model: {path: model.safetensors}
    cameras: {a: {url: "test:64x64@5"}}
    outputs: {webhooks: {closed: {url: "http://127.0.0.1:9/x"}, unknown: {url: "http://nowhere.invalid/x"}}}
    http: {listen: "127.0.0.1:0"}
    """.write(toFile: program.path("hooks.yml"), atomically: true, encoding: .utf8)
    let outcome = try program.run(["notify", "test", "-c", "hooks.yml"], hasModel: false)
    #expect(outcome.status == 69)
    let lines = outcome.output.split(separator: "\n").sorted()
    #expect(lines.count == 2 && lines[0].hasSuffix("Connection refused"), "\(lines)")
    #expect(lines.last?.hasSuffix("there is no host of that name") == true, "\(lines)")
    for line in lines { #expect(!line.contains("rror") && !line.contains("errno") && !line.contains("("), "\(line)") }
    let wrong = try program.run(["notify", "test", "-c", "hooks.yml", "phone"], hasModel: false)
    #expect(
      wrong.status == 78 && wrong.error.contains("called phone; expected one of closed, unknown"), "\(wrong.error)")
  }

  @Test func `a folder with videos beside images is many inputs`() throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("mixed"), withIntermediateDirectories: true)
    for (source, name) in [(try TestClip.old.file, "a.mp4"), (TestClip.photograph, "b.jpg")] {
      try FileManager.default.copyItem(atPath: source.path, toPath: program.path("mixed/\(name)"))
    }
    let refused = try program.run(["mixed"])
    #expect(refused.status == 64 && refused.error.contains("'yolostream annotate IN… -o DIR'"), "\(refused.error)")
    let misnamed = try program.run(["mixed", "-o", "seen.mp4"])
    #expect(misnamed.status == 64 && misnamed.error.contains("-o seen.mp4: expected a folder"), "\(misnamed.error)")
    #expect(!FileManager.default.fileExists(atPath: program.path("seen.mp4")))
    let done = try program.run(["mixed", "-o", "seen"])
    #expect(done.status == 0 && done.error.contains("2 inputs: 2 done"), "\(done.error)")
  }

  @Test func `nothing done is nothing written`() throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("kept"), withIntermediateDirectories: true)
    let clip = try TestClip.old.file
    try Data("results of yesterday".utf8).write(to: URL(filePath: program.path("kept/old.mp4")))
    let outcome = try program.run(["annotate", clip.path, "-o", "kept"])
    #expect(outcome.status == 73 && !outcome.error.contains("written to"), "\(outcome.error)")
  }

  @Test func `a camera that is not there is looked for, and the list of cameras is named`() throws {
    let program = try program.get()
    let running = try program.start(["/dev/video63", "--backoff", "10s"])
    running.waitForError { $0.contains("\n") }
    kill(running.process.processIdentifier, SIGINT)
    #expect(try running.wait().error.contains("('yolostream devices' lists the cameras); trying again"))
  }

  @Test func `without a configuration there is a way to one`() throws {
    let outcome = try program.get().run(["serve", "-c", "none.yml"], hasModel: false)
    #expect(outcome.status == 66 && outcome.error.contains("no such file; 'yolostream config example' prints one"))
    #expect(try program.get().run([], hasModel: false).error.contains("'yolostream --help' has examples"))
  }

  @Test(.enabled(if: RTSPServer.isPresent, "skipped: it needs GStreamer's RTSP server (gir1.2-gst-rtsp-server-1.0)"))
  func `a camera that asks for a password brings the form of the address`() throws {
    let program = try program.get(), server = try RTSPServer(user: "viewer:garden")
    let without = try program.run([server.url, "--max-frames", "1"])
    #expect(without.status == 77 && without.error.contains("rtsp://NAME:PASSWORD@HOST/"), "\(without.error)")
    let wrong = try program.run([server.url.replacing("//", with: "//viewer:wrong@"), "--max-frames", "1"])
    #expect(wrong.status == 77 && wrong.error.contains("refuses this name and password"), "\(wrong.error)")
    #expect(!wrong.error.contains("wrong"))
  }

  @Test func `a configuration is checked with the variables that its service would have`() throws {
    let program = try program.get()
    try """
    version: 1
    model: {path: gelan-n}
    cameras: {front: {url: "rtsp://viewer:${FRONT_PASSWORD}@192.0.2.5/stream"}}
    outputs: {events: {jsonl: {path: "${STATE_DIRECTORY}/events.jsonl"}}}
    """.write(toFile: program.path("north.yml"), atomically: true, encoding: .utf8)
    let missing = try program.run(["config", "check", "north.yml"], hasModel: false)
    #expect(missing.status == 78 && missing.error.contains("no variable FRONT_PASSWORD"), "\(missing.error)")
    #expect(!missing.error.contains("STATE_DIRECTORY"), "\(missing.error)")
    try "# of the front door\nFRONT_PASSWORD='gar=den'\n".write(
      toFile: program.path("north.env"), atomically: true, encoding: .utf8)
    for arguments in [["config", "check", "north.yml"], ["doctor", "-c", "north.yml"]] {
      let outcome = try program.run(arguments, hasModel: false)
      #expect(outcome.output.contains("1 camera") && !outcome.output.contains("gar=den"), "\(outcome)")
    }
    for arguments in [
      ["events", "query"], ["notify", "test"], ["rules", "--tracks", "none.txt", "--fps", "25", "--size", "64x64"],
    ] {
      let outcome = try program.run(arguments + ["-c", "north.yml"], hasModel: false)
      #expect(!outcome.error.contains("has no variable"), "\(outcome.error)")
    }
    // Not the events of the first service.
    let query = try program.run(["events", "query", "-c", "north.yml"], hasModel: false)
    #expect(query.status == 66 && query.error.contains("/var/lib/yolostream@north/events.sqlite"), "\(query.error)")
    // As for the unit, the first service's secrets are not those of this one.
    try "FRONT_PASSWORD=first\n".write(toFile: program.path("secrets.env"), atomically: true, encoding: .utf8)
    try "OTHER=1\n".write(toFile: program.path("north.env"), atomically: true, encoding: .utf8)
    #expect(try program.run(["config", "check", "north.yml"], hasModel: false).status == 78)
  }

  @Test func `quiet and verbose are what they say`() throws {
    let program = try program.get()
    #expect(try program.run(["test:64x64@10:3", "--detections", "/dev/null", "-q"]).error.isEmpty)
    let verbose = try program.run(["test:64x64@10:3", "--detections", "/dev/null", "-v"])
    #expect(verbose.error.contains("64x64, 10.00 frames/s, 3 frames"), "\(verbose.error)")
    #expect(verbose.error.contains("f32") || verbose.error.contains("bf16"), "\(verbose.error)")
    #expect(try program.run(["test:64x64@10:3", "-q", "-v"]).status == 64)
  }

  @Test(arguments: [("", true), ("NO_COLOR=1 ", false), ("TERM=dumb ", false)] as [(String, Bool)])
  func `errors are coloured on a terminal, unless somebody minds`(variable: String, isColoured: Bool) throws {
    let command = "TERM=xterm; export TERM; unset NO_COLOR; \(variable)\(Program.executable.path) missing.mp4"
    let terminal = try program.get().tool("script", ["-qec", command, "/dev/null"])
    #expect(terminal.output.contains("missing.mp4") && terminal.output.contains("\u{1B}[31m") == isColoured)
    #expect(try program.get().run(["missing.mp4"]).error.contains("\u{1B}") == false)
  }
}
