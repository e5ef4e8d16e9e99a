import Foundation
import Testing

@Suite(.serialized) struct ExitCodeTests {
  let program = Result { try Program() }

  @Test(
    arguments: [
      (["test:64x64@10:3"], 0, ""), (["--no-such-option"], 64, "no-such-option"),
      ([], 64, "no input"), (["a.mp4", "--source", "b.mp4"], 64, "'yolostream annotate IN… -o DIR'"),
      (["test:64x64@10:3", "--conf", "2"], 64, "--conf 2"),
      (["test:64x64@10:3", "--precision", "int8"], 78, "quantised"),
      (["test:64x64@10:3", "--classes", "unicorn"], 64, "no class unicorn"), (["gopher://x"], 64, "gopher"),
      (["test:64x64@10:3", "--class-iou", "person"], 64, "--class-iou"), (["test:0x0@1"], 64, "test:0x0@1"),
      (["test:64x64@10:3", "--start", "3"], 64, "video file"), (["-", "--loop"], 64, "cannot repeat"),
      (["test:64x64@10:3", "--retries", "-1"], 64, "--retries"),
      (["test:64x64@10:3", "--backoff", "2s..1s"], 64, "--backoff"),
      (["test:64x64@10:3", "--video-size", "big"], 64, "1280x720"),
      (["/dev/video99", "--retries", "0"], 66, "no such device"),
      (["/dev/video99", "--pixel-format", "divx"], 64, "divx"),
      (["broken.mp4"], 65, "broken.mp4"), (["missing.mp4"], 66, "missing.mp4"), (["empty/"], 65, "no images"),
      (["rtsp://user:secret@127.0.0.1:9/x", "--timeout", "2", "--retries", "0"], 69, "127.0.0.1"),
      (["test:64x64@10:3", "-o", "no/such/folder/out.mp4"], 73, "out.mp4"),
      (["test:64x64@10:3", "-o", "out.gif"], 73, "out.gif"), (["test:64x64@10:3", "--heatmap", "out.gif"], 73, ".png"),
      (["test:64x64@10:3", "--heatmap", "no/such/out.png"], 73, "out.png"),
      (["test:64x64@10:3", "--speed", "road:1,2,3,4"], 64, "--speed: there is no --zone road"),
      (["test:64x64@10:3", "--zone", "a:0,0;1,0;1,1", "--speed", "a:1,2,3,4"], 64, "expected a zone of four corners"),
      (["test:64x64@10:3", "--zone", "a:0,0;1,0;1,1;0,1", "--speed", "a:1,1,1,9"], 64, "expected lengths of an area"),
      (["test:64x64@10:3", "--zone", "a:0,0;1,0;1,1;0,1", "--speed", "a:1,x,1,9"], 64, "road:3.5,20,3.5,20"),
      (["test:64x64@10:3", "--speed-unit", "knots"], 64, "expected one of km/h, mph, m/s"),
      (["test:64x64@10:3", "-o", "out.jpg"], 73, "many images"),
      (["test:64x64@10:3", "--events", "/no/such/e.jsonl"], 73, "/no/such/e.jsonl"),
      (["test:64x64@10:3", "--mot", "x", "--detections", "x"], 73, "x"),
      (["test:64x64@10:30", "--detections", "/dev/full"], 74, "/dev/full"),
    ] as [([String], Int32, String)])
  func `each failure has its code and one sentence`(arguments: [String], status: Int32, sentence: String) throws {
    let program = try program.get()
    try Data("no video at all".utf8).write(to: URL(filePath: program.path("broken.mp4")))
    try FileManager.default.createDirectory(atPath: program.path("empty"), withIntermediateDirectories: true)
    let outcome = try program.run(arguments + ["-q"])
    #expect(outcome.status == status && !outcome.isKilled, "\(arguments): \(outcome.error)")
    #expect(sentence.isEmpty || outcome.error.contains(sentence), "\(outcome.error)")
    #expect(!outcome.error.contains("secret"))
    if status > 64 { #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)") }
  }

  @Test(
    arguments: [
      (["--version"], 0, "yolostream 0.1.0"), (["--help"], 0, "USAGE: yolostream"),
      (["help", "run"], 0, "--track-buffer"),
      (["train", "-h"], 0, "--data <path>"), (["model"], 0, "quantize"),
      (["bench", "--threads", "0"], 64, "--threads 0: expected 1 to 256"),
      (["bench", "--size", "33x64"], 64, "multiples of 32"), (["bench", "--network", "x"], 64, "gelan-t, gelan-s"),
      (["bench", "pipeline", "a.mp4", "--max-frames", "0"], 64, "--max-frames 0: expected 1 or more"),
      (["probe", "rtsp://x/", "--duration", "soon"], 64, "expected a time such as 10s"),
      (["track", "--detections", "missing", "-o", "t", "--track-buffer", "2s"], 66, "missing"),
      (["evaluate-tracks", "--tracks", "t"], 64, "--ground-truth"),
      (["val", "--data", "d", "--imgsz", "33"], 64, "--imgsz 33"), (["val", "--data", "missing"], 66, "missing"),
      (["val", "--data", "missing", "--plots", "/dev/null/x"], 73, "cannot create the folder /dev/null"),
      (["train"], 64, "--data"), (["train", "--benchmark", "0"], 64, "--benchmark 0"),
      (["train", "--data", "missing"], 66, "missing"), (["train", "--data", "d", "--imgsz", "33"], 64, "--imgsz 33"),
      (["train", "--data", "d", "--lr", "99"], 64, "--lr 99.0: expected 0.0 to 10.0"),
      (["train", "--data", "d", "--nominal-batch", "0"], 64, "--nominal-batch 0"),
      (["model", "info", "nosuch"], 78, "no network of that name: expected one of gelan-t"),
      (["model", "pull", "nosuch"], 64, "expected one of yolov9-t"),
      (["events", "bench", "--folder", "/dev/null/x", "--lines", "10"], 73, "cannot create the folder /dev/null"),
      (["model", "convert", "model.safetensors", "no/x.safetensors"], 73, "no/x.safetensors: cannot be written"),
      (["model", "convert", "model.safetensors", "x.pt"], 64, ".safetensors"),
      (["model", "quantize", "model.safetensors", "--calibrate", "p", "-o", "no/x"], 73, "no/x: cannot be written"),
      (["config", "check", "missing.yml"], 66, "missing.yml"),
    ] as [([String], Int32, String)])
  func `so has each command`(arguments: [String], status: Int32, sentence: String) throws {
    let outcome = try program.get().run(arguments, hasModel: false)
    #expect(outcome.status == status && !outcome.isKilled, "\(arguments): \(outcome.error)")
    #expect((outcome.output + outcome.error).contains(sentence), "\(outcome.error)")
    if status > 64 { #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)") }
  }

  @Test(
    arguments: [("gelan-n", 0), (nil, 0), ("yolov9-e", 78), ("missing.pt", 78), ("broken.pt", 78)] as [(String?, Int32)]
  )
  func `a model that is not there or not one is said`(model: String?, status: Int32) throws {
    let program = try program.get()
    try Data("PK no model".utf8).write(to: URL(filePath: program.path("broken.pt")))
    let outcome = try program.run(["test:64x64@10:3"] + (model.map { ["--model", $0] } ?? []), hasModel: false)
    #expect(outcome.status == status && !outcome.isKilled, "\(outcome.error)")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal finishes the file`(number: Int32) throws {
    let program = try program.get()
    let running = try program.start(["test:160x120@25", "-o", "out.mp4", "--events", "e.jsonl", "--coco", "c.json"])
    running.waitFor(program.path("out.mp4"), bytes: 20_000)
    kill(running.process.processIdentifier, number)
    let outcome = try running.wait()
    #expect(outcome.status == 130 && !outcome.isKilled, "\(outcome.error)")
    #expect(outcome.error.contains("frames/s"))
    let frames = try program.frames(of: "out.mp4")
    #expect(outcome.error.contains(": \(frames) frames in"), "\(frames) in the file; \(outcome.error)")
    #expect(try program.text("c.json").hasSuffix("]\n"))
  }

  @Test(arguments: ["mp4", "mkv"])
  func `what was written plays after a kill`(ending: String) throws {
    let program = try program.get()
    let running = try program.start(
      ["test:160x120@25", "-o", "out.\(ending)", "--detections", "d.jsonl", "--threads", "2"])
    running.waitFor(program.path("out.\(ending)"), bytes: 60_000)
    kill(running.process.processIdentifier, SIGKILL)
    #expect(try running.wait().isKilled)
    let frames = try program.frames(of: "out.\(ending)")
    let lines = try program.text("d.jsonl").split(separator: "\n")
    // What is lost is less than the piece of a second under way and what the container holds back of it.
    #expect(frames > 0 && lines.count - frames <= 50, "\(frames) of \(lines.count)")
    for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
  }

}

extension Program {
  /// How many frames FFmpeg's own tools decode from a file, without an error: but for the last one where the file may be cut.
  func frames(of name: String, mayBeCut: Bool = false) throws -> Int {
    let counted = try tool(
      "ffprobe",
      [
        "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of",
        "csv=p=0", name,
      ])
    #expect(counted.status == 0 && (mayBeCut || counted.error.isEmpty), "\(counted.error)")
    let digits = counted.output.prefix { $0.isNumber }
    return try #require(Int(digits), "\(counted.output)")
  }
}
