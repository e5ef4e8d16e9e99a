import Foundation
import TestSupport
import Testing

/// `yolostream annotate`: many inputs, results that stay, and the same bytes however the work was divided or broken off.
@Suite(.serialized) struct AnnotateTests {
  let program = Result { try Program() }

  private static let formats = "video,detections,events,mot,csv,coco,webvtt,labels"

  /// Clips in nested folders, two of them with one stem, and a folder of images.
  private func makeClips(_ program: Program, count: Int = 6) throws {
    guard !FileManager.default.fileExists(atPath: program.path("v")) else { return }
    for folder in ["v/day", "v/night", "v/stills"] {
      try FileManager.default.createDirectory(atPath: program.path(folder), withIntermediateDirectories: true)
    }
    for number in 0..<count {
      let file = program.path("v/\(number % 2 == 0 ? "day" : "night")/clip\(number / 2).mp4")
      let view = FFmpegTool.photograph(seconds: 0.6 + Double(number) * 0.3)
      try FFmpegTool.run(view + ["-c:v", "libx264", "-g", "5", "-movflags", "+faststart", file])
    }
    for name in ["1.jpg", "2.jpg"] {
      try FileManager.default.copyItem(atPath: TestClip.photograph.path, toPath: program.path("v/stills/\(name)"))
    }
  }

  @Test func `each input has results of its own, which can be checked`() throws {
    let program = try program.get()
    try makeClips(program)
    let outcome = try program.run(["annotate", "v", "-o", "out/deep", "--formats", Self.formats])
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.error)")
    #expect(outcome.error.contains("7 inputs: 7 done; ") && outcome.error.contains(" tracks, in "), "\(outcome.error)")
    #expect(outcome.error.contains("/7 v/stills: 2 images\n"), "they have no tracks: \(outcome.error)")
    for ending in [".mp4", ".jsonl", ".events.jsonl", ".mot.txt", ".csv", ".coco.json", ".vtt", ".json", ".done"] {
      #expect(FileManager.default.fileExists(atPath: program.path("out/deep/night/clip2\(ending)")), "\(ending)")
    }
    #expect(try program.frames(of: "out/deep/day/clip0.mp4") == 6)
    #expect(FileManager.default.fileExists(atPath: program.path("out/deep/stills.images/2.jpg")))
    let check = try program.tool("bash", ["-c", "cd out/deep/day && cat clip1.done && sha256sum -c clip1.done"])
    #expect(check.status == 0 && check.output.contains("clip1.labels/clip1_1.txt: OK"), "\(check.output)\(check.error)")
    let data = Data(try program.text("out/deep/day/clip1.json").utf8)
    let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let source = try #require(record["source"] as? [String: Any])
    let sum = try program.tool("sha256sum", ["v/day/clip1.mp4"]).output.prefix(64)
    #expect(source["path"] as? String == "v/day/clip1.mp4" && source["sha256"] as? String == String(sum))
    #expect(source["width"] as? Int == 320 && source["rate"] as? Double == 10 && source["frames"] as? Int == 12)
    let settings = try #require(record["settings"] as? [String: Any])
    #expect(settings["classes"] as? [String] == ["person", "dog", "cat"] && settings["version"] as? String == "0.1.0")
    #expect((settings["options"] as? [String: String])?["conf"] == "0.25")
    #expect((record["found"] as? [String: Any])?.isEmpty == false && (record["damage"] as? [Any])?.isEmpty == true)
  }

  /// SHA-256 of all files in `folder`, by their paths in it.
  private func hashes(_ program: Program, _ folder: String) throws -> [String: String] {
    let list = try program.tool(
      "bash", ["-c", "cd '\(folder)' && find . -type f -print0 | sort -z | xargs -0 sha256sum"])
    return Dictionary(
      uniqueKeysWithValues: list.output.split(separator: "\n").map { (String($0.dropFirst(66)), String($0.prefix(64))) }
    )
  }

  private func doneCount(_ program: Program, _ folder: String) -> Int {
    let names = (FileManager.default.enumerator(atPath: program.path(folder))?.allObjects ?? []).compactMap {
      $0 as? String
    }
    return names.count { $0.hasSuffix(".done") }
  }

  @Test func `shards, jobs, kills and resumption give the bytes of one unbroken run`() throws {
    let program = try program.get()
    try makeClips(program)
    let words = ["annotate", "v", "--formats", Self.formats, "-q", "-o"]
    #expect(try program.run(words + ["whole"]).status == 0)
    let expected = try hashes(program, "whole")
    #expect(expected.count > 60, "\(expected.keys.sorted())")
    for count in [3, 8] {
      for shard in 1...count {
        let outcome = try program.run(words + ["shards\(count)", "--shard", "\(shard)/\(count)", "--jobs", "2"])
        #expect(outcome.status == 0, "\(outcome.error)")
      }
      #expect(try hashes(program, "shards\(count)") == expected)
    }
    // Killed before the first is done, then at moments when another one is, or when one is being written.
    var kills = 0
    for point in 0..<7 {
      let running = try program.start(words + ["killed", "--resume", "--jobs", "\(1 + point % 2)"])
      let before = doneCount(program, "killed")
      if point % 3 == 0 {
        running.waitFor(program.path("killed/night/clip\(point / 3).mp4"), bytes: 1)
      } else {
        running.wait { doneCount(program, "killed") > before }
      }
      kill(running.process.processIdentifier, SIGKILL)
      if try running.wait().isKilled { kills += 1 }
    }
    #expect(kills >= 3)
    let last = try program.run(["annotate", "v", "--formats", Self.formats, "-o", "killed", "--resume"])
    #expect(last.status == 0 && last.error.contains("7 inputs: 7 done ("), "\(last.error)")
    // A kill may leave what was being put in its place.
    let left = try hashes(program, "killed").filter {
      !$0.key.hasSuffix(".new") && !$0.key.contains(".yolostream.json.")
    }
    #expect(left == expected)
  }

  @Test func `a signal leaves what is finished, and the rest is resumed`() throws {
    let program = try program.get()
    try makeClips(program)
    let running = try program.start(["annotate", "v", "-o", "ended"])
    running.wait { doneCount(program, "ended") > 0 }
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect([0, 130].contains(outcome.status) && !outcome.isKilled, "\(outcome.error)")
    #expect(try program.run(["annotate", "v", "-o", "ended", "--resume"]).status == 0)
    #expect(doneCount(program, "ended") == 7)
  }

  @Test func `what cannot be read is listed, and costs the others nothing`() throws {
    let program = try program.get()
    try FFmpegTool.run(
      FFmpegTool.photograph(seconds: 3) + [
        "-c:v", "libx264", "-g", "5", "-movflags", "+faststart", program.path("whole.mp4"),
      ])
    let bytes = try Data(contentsOf: URL(filePath: program.path("whole.mp4")))
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: program.path("cut.mp4")))
    try Data("no video".utf8).write(to: URL(filePath: program.path("broken.mp4")))
    try Data("whole.mp4\ncut.mp4\nbroken.mp4\ngone.mp4\n".utf8).write(to: URL(filePath: program.path("list.txt")))
    let words = ["annotate", "list.txt", "--formats", "detections", "-o"]
    let outcome = try program.run(words + ["out75"])
    #expect(outcome.status == 75, "\(outcome.error)")
    #expect(outcome.error.contains("4 inputs: 2 done, 1 damaged, 2 failed"), "\(outcome.error)")
    #expect(outcome.error.contains("cut.mp4 ends early: it declares 30 frames in 3.00 s"), "\(outcome.error)")
    let list = try program.text("out75/failed.txt")
    #expect(list.hasSuffix("\ngone.mp4\n") && list.contains("\nbroken.mp4\n#"), "\(list)")
    #expect(try program.text("out75/cut.json").contains("ends early"))
    #expect(try program.text("out75/cut.jsonl").split(separator: "\n").count > 5)
    // Again: what failed is tried again, what is damaged stays so.
    #expect(try program.run(words + ["out75", "--resume", "-q"]).status == 75)
    let strict = try program.run(words + ["out65", "--strict", "-q"])
    #expect(strict.status == 65 && doneCount(program, "out65") == 1, "\(strict.error)")
    #expect(try program.text("out65/failed.txt").contains("\ncut.mp4\n"))
    // The list is one of inputs.
    #expect(try program.run(["annotate", "out65/failed.txt", "-o", "again", "-q"]).status == 75)
    #expect(try program.run(["annotate", "broken.mp4", "-o", "alone", "-q"]).status == 65)
    // A single run reports it, too.
    let single = try program.run(["cut.mp4", "--detections", "/dev/null", "-q"])
    #expect(single.status == 75 && single.error.contains("cut.mp4 ends early"), "\(single.error)")
  }

  @Test func `results are kept, and none are mixed`() throws {
    let program = try program.get()
    try makeClips(program)
    let words = ["annotate", "v/day", "-o", "kept", "--formats", "mot", "-q"]
    #expect(try program.run(words).status == 0)
    let again = try program.run(words)
    #expect(again.status == 73 && again.error.contains("--resume"), "\(again.error)")
    let other = try program.run(words + ["--resume", "--conf", "0.5"])
    #expect(other.status == 73 && other.error.contains("--conf 0.5 instead of 0.25"), "\(other.error)")
    #expect(try program.run(words + ["--overwrite", "--conf", "0.5"]).status == 0)
    // Additional formats are made, and an input that changed is processed again.
    try FileManager.default.copyItem(atPath: program.path("v/day/clip0.mp4"), toPath: program.path("first.mp4"))
    #expect(try program.run(["annotate", "first.mp4", "-o", "one", "--formats", "mot", "-q"]).status == 0)
    let more = try program.run(["annotate", "first.mp4", "-o", "one", "--formats", "mot,csv", "--resume"])
    #expect(
      more.status == 0 && more.error.contains("first.mp4 is done again: its results have no csv"), "\(more.error)")
    try FileManager.default.removeItem(atPath: program.path("first.mp4"))
    try FileManager.default.copyItem(atPath: program.path("v/day/clip1.mp4"), toPath: program.path("first.mp4"))
    let changed = try program.run(["annotate", "first.mp4", "-o", "one", "--formats", "mot,csv", "--resume"])
    #expect(changed.status == 0 && changed.error.contains("first.mp4 is done again: it has"), "\(changed.error)")
    #expect(try program.text("one/first.json").contains("\"frames\" : 12"))
    // No output is written over an input.
    let bytes = try Data(contentsOf: URL(filePath: program.path("v/day/clip0.mp4")))
    for flag in ["--overwrite", "--resume"] {
      let over = try program.run(["annotate", "v/day/clip0.mp4", "-o", "v/day", flag, "-q"])
      #expect(over.status == 73, "\(over.error)")
    }
    #expect(try Data(contentsOf: URL(filePath: program.path("v/day/clip0.mp4"))) == bytes)
  }

  @Test(
    arguments: [
      ["v/day/clip0.mp4", "v/night/clip0.mp4"], ["--source", "v/day/clip0.mp4", "--source", "v/night/clip0.mp4"],
      ["v/day/../day", "v/night"], ["v/*/clip0.mp4"], ["run", "v/**/clip*.mp4"],
    ])
  func `run takes many inputs as annotate does`(words: [String]) throws {
    let program = try program.get()
    try makeClips(program)
    let folder = "many-\(words.joined().utf8.count)"
    let outcome = try program.run(words + ["-o", folder])
    #expect(outcome.status == 0 && outcome.error.contains(" done; "), "\(outcome.error)")
    #expect(doneCount(program, folder) >= 2)
  }

  @Test(
    arguments: [
      (["annotate", "-o", "x"], 64, "no input"), (["annotate", "missing.mp4", "-o", "x"], 66, "missing.mp4"),
      (["annotate", "rtsp://camera/", "-o", "x"], 64, "'yolostream run'"),
      (["annotate", "v", "-o", "x", "--formats", "mots"], 64, "did you mean mot"),
      (["annotate", "v", "-o", "x", "--shard", "0/3"], 64, "I from 1 to N"),
      (["annotate", "v", "-o", "x", "--shard", "auto"], 64, "SLURM_ARRAY_TASK_ID"),
      (["annotate", "v", "-o", "x", "--resume", "--overwrite"], 64, "--overwrite"),
      (["annotate", "v", "-o", "/proc/no"], 73, "/proc/no"),
    ] as [([String], Int32, String)])
  func `each mistake has one sentence and its code`(words: [String], status: Int32, sentence: String) throws {
    let program = try program.get()
    try makeClips(program)
    let outcome = try program.run(words + ["-q"])
    #expect(outcome.status == status && outcome.error.contains(sentence), "\(outcome.error)")
  }

  @Test func `progress fits the terminal and is never glued onto data`() throws {
    let program = try program.get()
    try makeClips(program)
    let model = "--model model.safetensors --imgsz 64"
    let batch = "stty cols 40; \(Program.executable.path) annotate v -o terminal --formats detections \(model)"
    let shown = try program.tool("script", ["-qec", batch, "/dev/null"]).output
    let frames = shown.split(separator: "\u{1B}[J").flatMap { $0.split(whereSeparator: \.isNewline) }
    let bars = frames.filter { $0.hasPrefix("[") }
    #expect(!bars.isEmpty && bars.allSatisfy { $0.count < 40 }, "\(shown)")
    let single = "stty cols 40; \(Program.executable.path) v/night/clip2.mp4 --threads 1 --stats 10ms \(model)"
    let lines = try program.tool("script", ["-qec", single, "/dev/null"]).output.split(whereSeparator: \.isNewline)
    let data = lines.filter { $0.contains("{\"frame\"") }
    #expect(data.count == 21 && data.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("]}") }, "\(data.prefix(3))")
  }
}
