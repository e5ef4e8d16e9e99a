import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct RunTests {
  let program = Result { try Program() }

  @Test(
    .enabled(if: RTSPServer.isPresent, "skipped: needs GStreamer's RTSP server (bash .ci/install --tests)"),
    arguments: ["tcp", "udp", "auto"])
  func `a real RTSP stream becomes a file`(transport: String) throws {
    let program = try program.get()
    let server = try RTSPServer()
    defer { withExtendedLifetime(server) {} }
    let outcome = try program.run([
      "--rtsp", server.url, "--transport", transport, "--duration", "2s", "-o", "out.mp4", "--events", "e.jsonl",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let frames = try program.frames(of: "out.mp4")
    #expect(outcome.error.contains(": \(frames) frames in") && (1...50).contains(frames), "\(outcome.error)")
    #expect(try program.show("start_time", of: "out.mp4", stream: "v:0") == "0.000000")
  }

  /// Two seconds with audio whose frames are not evenly spaced: the third quarter lacks half of them.
  private func makeClip(_ program: Program) throws {
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=162x122:rate=25:duration=4", "-f", "lavfi", "-i",
        "sine=duration=4", "-vf", "select='not(between(n,50,74)*mod(n,2))'", "-fps_mode", "vfr", "-g", "30", "-c:v",
        "libx264", "-c:a", "aac", "clip.mp4",
      ])
  }

  @Test(arguments: ["mp4", "mkv"])
  func `every frame, its time and the audio arrive in the annotated file`(ending: String) throws {
    let program = try program.get()
    try makeClip(program)
    let outcome = try program.run(["clip.mp4", "-o", "out.\(ending)", "-q"])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let given = try program.times(of: "clip.mp4"), written = try program.times(of: "out.\(ending)")
    #expect(given.count == 88 && written.count == 88)
    for (one, other) in zip(given, written) { #expect(abs(one - other) < 0.0011) }
    // The first packet of AAC lies before the beginning.
    let audio = try program.packets(of: "clip.mp4", stream: "a:0")
    #expect(try program.packets(of: "out.\(ending)", stream: "a:0") == audio && audio.count > 100)
  }

  @Test func `what goes to standard output is a video that plays`() throws {
    let program = try program.get()
    try makeClip(program)
    let outcome = try program.tool(
      "bash",
      ["-c", "\"$0\" clip.mp4 -o - -q --model model.safetensors --imgsz 64 > out.video", Program.executable.path])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    #expect(try program.frames(of: "out.video") == 88)
    #expect(try program.packets(of: "out.video", stream: "a:0") == program.packets(of: "clip.mp4", stream: "a:0"))
    // Two in one would be torn apart.
    #expect(try program.run(["clip.mp4", "-o", "-", "--detections", "-", "-q"]).status == 73)
  }

  @Test func `who reads the video may go away`() throws {
    let program = try program.get()
    let outcome = try program.tool(
      "bash",
      [
        "-c",
        "set -o pipefail; \"$0\" test:160x120@25 -q -o - --model model.safetensors --imgsz 64 | head -c 9 > nine",
        Program.executable.path,
      ])
    #expect(outcome.status == 141 && outcome.error.isEmpty, "\(outcome.error)")
  }

  @Test func `a part of a file begins at zero and keeps the times of the source in its log`() throws {
    let program = try program.get()
    try makeClip(program)
    let outcome = try program.run(
      ["clip.mp4", "--start", "1.4", "--duration", "500ms", "-o", "out.mp4", "--detections", "d.jsonl", "-q"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let times = try program.times(of: "out.mp4")
    #expect(
      times.count == 13 && abs((times.first ?? 9) - 0) < 0.001 && abs((times.last ?? 9) - 0.48) < 0.001, "\(times)")
    let lines = try program.text("d.jsonl").split(separator: "\n")
    #expect(lines.count == 13 && lines[0].hasPrefix("{\"frame\":0,\"pts\":1.4,"), "\(lines.first ?? "")")
  }

  @Test func `the official script's names work and make its folders`() throws {
    let program = try program.get()
    try makeClip(program)
    let arguments = [
      "--weights", "model.safetensors", "--img-size", "64", "--conf-thres", "0.3", "--iou-thres", "0.5", "--source",
      "clip.mp4", "--max-frames", "5", "--save-txt", "--save-conf", "--save-crop", "--project", "runs/detect", "--name",
      "exp", "--line-thickness", "2", "--hide-labels", "--hide-conf", "--agnostic-nms", "--vid-stride", "2", "--device",
      "cpu", "--max-det", "5", "-q", "--classes",
    ]
    for run in ["exp", "exp2"] {
      let outcome = try program.run(arguments + ["0", "2"], hasModel: false)
      #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.error)")
      #expect(try program.frames(of: "runs/detect/\(run)/clip.mp4") == 5)
      let labels = try FileManager.default.contentsOfDirectory(atPath: program.path("runs/detect/\(run)/labels"))
      #expect(labels.contains("clip_3.txt") && !labels.contains("clip_2.txt"), "\(labels.sorted())")
      for line in try program.text("runs/detect/\(run)/labels/clip_3.txt").split(separator: "\n") {
        #expect(line.split(separator: " ").count == 6 && "02".contains(line.first ?? "x"))
      }
    }
    let quiet = try program.run(arguments + ["1", "--nosave", "--exist-ok"], hasModel: false)
    #expect(quiet.status == 0)
  }

  @Test func `lists take what follows, but not the input`() throws {
    let program = try program.get()
    let outcome = try program.run(["--classes", "person,cat", "test:64x64@10:2", "-q"])
    #expect(outcome.status == 0 && outcome.output.split(separator: "\n").count == 2, "\(outcome.error)")
  }

  @Test func `progress comes line by line, and the summary reports what was done`() throws {
    let program = try program.get()
    let outcome = try program.run(["test:64x64@10:400", "--detections", "/dev/null", "--stats", "10ms", "--no-track"])
    #expect(outcome.status == 0)
    #expect(outcome.error.contains("/400 frames, ") && outcome.error.contains(" left\n"))
    for word in [": 400 frames in", "0 dropped", "frame age p50", "p99", "capture:", "analyse:", "detections:"] {
      #expect(outcome.error.contains(word), "\(word): \(outcome.error)")
    }
  }

  @Test func `without a model named, the one that comes with the package sees the people in a street`() throws {
    let program = try program.get()
    let street = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "samples/street.jpg")
    let outcome = try program.run([street.path, "-q"], hasModel: false)
    #expect(outcome.status == 0 && outcome.output.contains("\"class\":\"person\""), "\(outcome.output)\(outcome.error)")
  }

  @Test func `an image becomes an image`() throws {
    let program = try program.get()
    try program.tool("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=98x66", "-frames:v", "1", "in.png"])
    for (output, file) in [("out.jpg", "out.jpg"), ("out.png", "out.png"), ("folder/", "folder/in.png")] {
      let outcome = try program.run(["in.png", "-o", output, "-q"])
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(try program.show("width", of: file, stream: "v:0") == "98")
    }
    for output in ["in.png", ".", "./"] {
      #expect(try program.run(["in.png", "-o", output, "-q"]).status == 73)
    }
  }

  @Test(
    .enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)),
    arguments: [("bikes.mp4", 250), ("car-detection.mp4", 377)])
  func `a real clip is annotated to its end`(name: String, count: Int) throws {
    let program = try program.get()
    let input = SharedMaterial.file("media/\(name)").path
    let weights = SharedMaterial.file("reference/weights/yolov9t-coco.safetensors").path
    let outcome = try program.run(
      [input, "-o", "out.mp4", "--events", "e.jsonl", "--model", weights, "--imgsz", "160", "-q"], hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try program.frames(of: "out.mp4") == count)
    #expect(try program.packets(of: "out.mp4", stream: "a:0") == program.packets(of: input, stream: "a:0"))
    #expect(try program.text("e.jsonl").contains("\"type\":\"end\""))
  }
}

extension Program {
  /// One entry that ffprobe reports of a stream.
  func show(_ entry: String, of name: String, stream: String) throws -> String {
    try tool(
      "ffprobe",
      ["-v", "error", "-select_streams", stream, "-show_entries", "stream=\(entry)", "-of", "csv=p=0", name]
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The times of all frames in seconds.
  func times(of name: String) throws -> [Double] {
    try tool(
      "ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0", name]
    ).output.split(separator: "\n").compactMap { Double($0.filter { $0.isNumber || $0 == "." }) }
  }

  /// The sizes of all packets of a stream, which are those of what was copied.
  func packets(of name: String, stream: String) throws -> [String] {
    try tool(
      "ffprobe", ["-v", "error", "-select_streams", stream, "-show_entries", "packet=size", "-of", "csv=p=0", name]
    ).output.split(separator: "\n").map { String($0.filter(\.isNumber)) }
  }
}
