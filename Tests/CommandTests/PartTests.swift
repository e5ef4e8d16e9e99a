import Foundation
import TestSupport
import Testing

/// `annotate --part` and `merge`: a long video worked on in pieces, with the results of one run.
@Suite struct PartTests {
  private static let formats = "video,detections,events,mot,csv,coco,webvtt,cvat,label-studio"

  /// SHA-256 of the results of `name` in `folder`, without those of its parts.
  private func sums(_ program: Program, _ folder: String, _ name: String) throws -> [Substring] {
    let list = try program.tool("bash", ["-c", "cd \(folder) && sha256sum \(name).* | grep -v part-"])
    return list.output.split(separator: "\n")
  }

  /// A clip in which every frame differs, with keyframes that do not fit the parts.
  private func makeClip(_ program: Program, _ name: String, seconds: Double, _ options: [String] = []) throws {
    let coding = options.isEmpty ? ["-c:v", "libx264", "-g", "17", "-bf", "2"] : options
    try FFmpegTool.run(FFmpegTool.photograph(seconds: seconds) + coding + [program.path(name)])
  }

  @Test(
    arguments: [
      ("closed.mp4", ["-c:v", "libx264", "-g", "17", "-bf", "2"]),
      ("open.mkv", ["-c:v", "libx264", "-g", "17", "-bf", "3", "-x264-params", "open-gop=1"]),
      ("refresh.mp4", ["-c:v", "libx264", "-g", "40", "-x264-params", "intra-refresh=1"]),
      ("old.avi", ["-c:v", "mpeg4", "-bf", "2"]), ("broadcast.ts", ["-c:v", "mpeg2video", "-bf", "2"]),
    ])
  func `four parts are merged into the bytes of one run`(file: String, coding: [String]) throws {
    let program = try Program()
    try makeClip(program, file, seconds: 6, coding)
    let words = ["annotate", file, "--formats", Self.formats, "-q", "-o"]
    #expect(try program.run(words + ["whole"]).status == 0)
    for part in [3, 1, 4, 2] {
      let outcome = try program.run(words + ["parts", "--part", "\(part)/4"])
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    let merged = try program.run(["merge"] + words.dropFirst() + ["parts"])
    #expect(merged.status == 0, "\(merged.error)")
    let name = String(file.prefix { $0 != "." })
    let expected = try sums(program, "whole", name)
    let joined = try sums(program, "parts", name)
    #expect(expected.count == 11 && joined == expected, "\(file): \(merged.error)")
    // The network is not run again, but where there are no keyframes, or no index of them.
    if !["refresh.mp4", "broadcast.ts"].contains(file) {
      #expect(!merged.error.contains("in no part"), "\(merged.error)")
    }
    let check = try program.tool("bash", ["-c", "cd parts && sha256sum -c \(name).part-2-of-4.done"])
    #expect(check.status == 0, "\(check.output)\(check.error)")
  }

  @Test func `a part that is killed starts again, a finished one is kept`() throws {
    let program = try Program()
    try makeClip(program, "clip.mp4", seconds: 8)
    let words = ["annotate", "clip.mp4", "--formats", "mot", "-o", "out", "--resume"]
    let running = try program.start(words + ["--part", "1/2"])
    running.waitFor(program.path("out/clip.part-1-of-2.jsonl"), bytes: 100)
    kill(running.process.processIdentifier, SIGKILL)
    let isKilled = try running.wait().isKilled
    let early = try program.run(["merge", "clip.mp4", "--formats", "mot", "-o", "out"])
    #expect(early.status == 66 && early.error.contains("merge clip.mp4: "), "\(early.error)")
    let first = try program.run(words + ["--part", "1/2"])
    #expect(first.status == 0 && first.error.contains("1 input, part 1 of 2 of each: 1 done"), "\(first.error)")
    #expect(first.error.contains("(1 before)") != isKilled, "\(first.error)")
    let second = try program.run(words + ["--part", "auto"], variables: ["RANK": "1", "WORLD_SIZE": "2"])
    #expect(second.status == 0, "\(second.error)")
    #expect(try program.run(words + ["--part", "1/2"]).error.contains("1 done (1 before)"))
    #expect(try program.run(["merge", "clip.mp4", "--formats", "mot", "-o", "out"]).status == 0)
    #expect(try program.run(["annotate", "clip.mp4", "--formats", "mot", "-o", "one"]).status == 0)
    #expect(try program.text("one/clip.mot.txt") == program.text("out/clip.mot.txt"))
  }

  @Test func `frames that parts lack are detected, and counted`() throws {
    let program = try Program()
    try makeClip(program, "clip.mp4", seconds: 4)
    let words = ["annotate", "clip.mp4", "--formats", "mot,detections", "-o"]
    #expect(try program.run(words + ["one"]).status == 0)
    for part in 1...2 { #expect(try program.run(words + ["out", "--part", "\(part)/2"]).status == 0) }
    let path = program.path("out/clip.part-1-of-2.jsonl")
    var lines = try program.text("out/clip.part-1-of-2.jsonl").split(separator: "\n")
    lines.removeSubrange(3..<8)
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    let merged = try program.run(["merge", "clip.mp4", "--formats", "mot,detections", "-o", "out"])
    #expect(merged.status == 0 && merged.error.contains("clip.mp4: 5 frames were in no part"), "\(merged.error)")
    #expect(try sums(program, "out", "clip") == sums(program, "one", "clip"))
  }

  @Test func `parts of another file, of other settings and of what has no length are refused`() throws {
    let program = try Program()
    try makeClip(program, "clip.mp4", seconds: 2)
    let words = ["clip.mp4", "-o", "out", "--formats", "mot", "-q"]
    for part in 1...2 { #expect(try program.run(["annotate"] + words + ["--part", "\(part)/2"]).status == 0) }
    let other = try program.run(["merge"] + words + ["--conf", "0.5"])
    #expect(other.status == 73 && other.error.contains("--conf 0.5 instead of 0.25"), "\(other.error)")
    let hidden = try program.tool(
      "bash", ["-c", "sed -i 's/\"conf\" : \"0.25\"/\"conf\" : \"0.3\"/' out/*part-2*.json"])
    #expect(hidden.status == 0)
    let mixed = try program.run(["merge"] + words)
    #expect(mixed.status == 65 && mixed.error.contains("part 2 of 2 was made with other settings"), "\(mixed.error)")
    try makeClip(program, "clip2.mp4", seconds: 2.2)
    try FileManager.default.removeItem(atPath: program.path("clip.mp4"))
    try FileManager.default.moveItem(atPath: program.path("clip2.mp4"), toPath: program.path("clip.mp4"))
    let changed = try program.run(["merge"] + words)
    #expect(changed.status == 65 && changed.error.contains("of another file: SHA-256"), "\(changed.error)")
    try makeClip(program, "raw.h264", seconds: 1)
    let raw = try program.run(["annotate", "raw.h264", "-o", "raw", "--part", "1/2", "-q"])
    #expect(raw.status == 65 && raw.error.contains("its length is not known"), "\(raw.error)")
    for mistake in [["--part", "3/2"], ["--part", "1/2", "--start", "1"], ["--part", "auto", "--shard", "auto"]] {
      #expect(try program.run(["annotate"] + words + mistake).status == 64, "\(mistake)")
    }
    #expect(try program.run(["merge"] + words + ["--part", "1/2"]).status == 64)
  }

  @Test func `a video that ends before a part begins is merged as far as it goes`() throws {
    let program = try Program()
    try makeClip(program, "whole.mp4", seconds: 6, ["-c:v", "libx264", "-g", "5", "-movflags", "+faststart"])
    let bytes = try Data(contentsOf: URL(filePath: program.path("whole.mp4")))
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: program.path("cut.mp4")))
    let words = ["cut.mp4", "--formats", "mot", "-q", "-o"]
    #expect(try program.run(["annotate"] + words + ["one"]).status == 75)
    for part in 1...4 {
      let outcome = try program.run(["annotate"] + words + ["out", "--part", "\(part)/4"])
      #expect([0, 75].contains(outcome.status), "\(outcome.error)")
    }
    let merged = try program.run(["merge"] + words + ["out"])
    #expect(merged.status == 75 && merged.error.contains("ends early"), "\(merged.error)")
    #expect(try sums(program, "out", "cut") == sums(program, "one", "cut"))
  }
}

extension Program {
  /// The same as `run`, with variables of the environment.
  fileprivate func run(_ arguments: [String], variables: [String: String]) throws -> Outcome {
    try start(arguments, variables: variables).wait()
  }
}
