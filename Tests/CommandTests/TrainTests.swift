import Foundation
import Testing

/// Training as people start it.
@Suite(.serialized, .timeLimit(.minutes(30))) struct TrainTests {
  private static let mpirun = "/usr/bin/mpirun"
  private static let canShare = FileManager.default.isExecutableFile(atPath: mpirun)

  private func train(_ program: Program, processes: Int, workers: Int, out: String) throws -> Program.Outcome {
    try program.tool(
      Self.mpirun,
      [
        "--allow-run-as-root", "--oversubscribe", "-n", "\(processes)", Program.executable.path, "train", "--data",
        "data",
        "--network", "yolov9-n", "--imgsz", "64", "--batch", "4", "--nominal-batch", "8", "--epochs", "2", "--workers",
        "\(workers)", "--out", out,
      ])
  }

  @Test(.enabled(if: canShare, "skipped: needs OpenMPI's mpirun (bash .ci/install --tests)"))
  func `processes of mpirun train together what one trains alone, to the bit`() throws {
    let program = try Program()
    try writeData(of: program)
    for (processes, out) in [(1, "one"), (2, "two")] {
      let outcome = try train(program, processes: processes, workers: 2, out: out)
      #expect(outcome.status == 0, "\(outcome.error)")
      // One speaks for all.
      #expect(outcome.output.matches(of: /epoch 2 done/).count == 1, "\(outcome.output)")
    }
    for file in ["last", "best", "model"] {
      #expect(try tensors(program.path("one/\(file).safetensors")) == tensors(program.path("two/\(file).safetensors")))
    }
    // Without columns of time.
    let losses = try ["one", "two"].map {
      try program.text("\($0)/results.csv").replacing(/,\d+\.\d(?=,|\n)/, with: "")
    }
    #expect(losses[0] == losses[1])
  }

  @Test(.enabled(if: canShare, "skipped: needs OpenMPI's mpirun (bash .ci/install --tests)"))
  func `workers that cannot be shared by the processes are said`() throws {
    let program = try Program()
    try writeData(of: program)
    let outcome = try train(program, processes: 3, workers: 4, out: "out")
    #expect(outcome.status == 64)
    #expect(outcome.error.contains("4 workers cannot be shared equally by 3 processes"), "\(outcome.error)")
  }

  @Test func `a run begins from the weights that another has left, and names new classes`() throws {
    let program = try Program()
    try writeData(of: program)
    let plan = ["--data", "data", "--imgsz", "64", "--batch", "4", "--epochs", "1"]
    let first = try program.run(["train", "--network", "yolov9-n", "--out", "first"] + plan, hasModel: false)
    #expect(first.status == 0, "\(first.error)")
    #expect(first.output.contains("best: epoch 1, "), "\(first.output)")
    try "blue\n".write(toFile: program.path("data/classes.txt"), atomically: true, encoding: .utf8)
    let second = try program.run(
      ["train", "--network", "first/last.safetensors", "--out", "second"] + plan, hasModel: false)
    #expect(second.status == 0, "\(second.error)")
    #expect(second.output.contains("begins with first/last.safetensors; new classes: blue\n"), "\(second.output)")

    let folded = try program.run(
      ["train", "--network", "first/best.safetensors", "--out", "third"] + plan, hasModel: false)
    #expect(folded.status == 0, "\(folded.error)")
    #expect(folded.output.contains("begins with first/best.safetensors; new classes: blue\n"), "\(folded.output)")
    let unknown = try program.run(["train", "--network", "yolov9-z", "--out", "third"] + plan, hasModel: false)
    #expect(unknown.status == 64)
    #expect(unknown.error.contains("no network and no file is called yolov9-z"), "\(unknown.error)")
  }

  @Test func `a run begins with the packaged model, or with what a name means elsewhere`() throws {
    let program = try Program()
    try writeData(of: program)
    try "red\nperson\n".write(toFile: program.path("data/classes.txt"), atomically: true, encoding: .utf8)
    let plan = ["train", "--data", "data", "--img", "64", "--batch-size", "4", "--epochs", "1", "--device", "cpu"]
    let packaged = try program.run(plan + ["--project", "runs", "--name", "mine"], hasModel: false)
    #expect(packaged.status == 0, "\(packaged.error)")
    #expect(
      packaged.output.contains("begins with the packaged model; classes it knows: person; new classes: red\n"),
      "\(packaged.output)")
    #expect(packaged.output.contains("warning: 1 of 2 classes have no object and will not be learned: person"))
    #expect(packaged.output.contains("warning: 8 images to validate on are trained on, too"), "\(packaged.output)")
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: program.path("runs/mine")))
    #expect(
      files.isSuperset(of: [
        "args.yaml", "labels.txt", "train_batch0.jpg", "val_batch0_labels.jpg", "val_batch0_pred.jpg", "results.csv",
        "results.svg", "best.safetensors",
      ]), "\(files)")
    let rows = try program.text("runs/mine/results.csv").split(separator: "\n").map { $0.split(separator: ",") }
    let values = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
    #expect(values["val_box"].flatMap { Double($0) }.map { $0 > 0 } == true && values["best"] == "1", "\(values)")

    // The same name fetches nothing and means fetched weights in `run` and here.
    for command in [["run", "test:64x64@10:1", "--model", "yolov9-t"], plan + ["--network", "yolov9-t"]] {
      let missing = try program.start(command, hasModel: false, variables: ["XDG_CACHE_HOME": program.path("none")])
        .wait()
      #expect(missing.status != 0 && missing.error.contains("yolostream model pull yolov9-t"), "\(missing.error)")
    }
    let scratch = try program.run(plan + ["--from-scratch", "--out", "scratch"], hasModel: false)
    #expect(scratch.output.contains("begins with random weights of yolov9-n\n"), "\(scratch.output)")
    let official = try program.run(
      plan + ["--weights", "", "--cfg", "models/detect/yolov9-p.yaml", "--out", "official"], hasModel: false)
    #expect(official.output.contains("begins with random weights of yolov9-p\n"), "\(official.output)")
    let graphics = try program.run(plan + ["--device", "0"], hasModel: false)
    #expect(graphics.status == 64 && graphics.error.contains("--device 0: expected cpu"), "\(graphics.error)")
    let frozen = try program.run(plan + ["--freeze", "99"], hasModel: false)
    #expect(frozen.status == 64 && frozen.error.contains("--freeze 99: yolov9-n has"), "\(frozen.error)")
  }

  @Test func `a terminal shows epoch, losses, rate and the time that is left`() throws {
    let program = try Program()
    try writeData(of: program)
    let command =
      "'\(Program.executable.path)' train --data data --from-scratch --network yolov9-p --imgsz 64 --batch 4 --epochs 60"
      + " --val-every 30 --out run"
    let outcome = try program.tool("script", ["-qec", command, "/dev/null"])
    let shown = outcome.output
    #expect(
      shown.contains(
        /epoch \d+\/60 \d\/2, 00:\d\d:\d\d left  box \d+\.\d{3} cls \d+\.\d{3} dfl \d+\.\d{3}  [\d.]+ images\/s/
      ),
      "\(shown.prefix(2000))")
    #expect(shown.contains("validating [####################] 8/8 images"))
    // Lines of epochs stay; the line of progress is cleared before them.
    let kept = shown.components(separatedBy: "\u{1B}[Jepoch ").dropFirst().filter { $0.contains(" done: box ") }
    #expect(kept.count == 60, "\(shown.suffix(2000))")
  }

  @Test func `a signal ends a run with a checkpoint to go on from`() throws {
    let program = try Program()
    try writeData(of: program)
    let plan = ["train", "--data", "data", "--imgsz", "64", "--batch", "2", "--nominal-batch", "4", "--out", "run"]
    let running = try program.start(plan + ["--epochs", "100000", "--val-every", "0"], hasModel: false)
    running.waitFor(program.path("run/log.csv"), bytes: 2000)
    kill(running.process.processIdentifier, SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 130 && !outcome.isKilled, "\(outcome.error)")
    let stopped = try #require(outcome.output.firstMatch(of: /stopped after iteration (\d+);/), "\(outcome.output)")
    let done = try #require(Int(stopped.1))
    let goal = ["--epochs", "100000", "--val-every", "0", "--iterations", "\(done + 1)"]
    let more = try program.run(plan + goal + ["--resume"], hasModel: false)
    #expect(more.status == 0, "\(more.error)")
    let numbers = try program.text("run/log.csv").split(separator: "\n").compactMap { line in
      line.split(separator: ",").first.flatMap { Int($0) }
    }
    let place = try #require(numbers.firstIndex(of: done))
    #expect(numbers.dropFirst(place + 1).first == done + 1, "\(numbers.suffix(5))")
  }

  @Test func `a file in the place of the folder is said`() throws {
    let program = try Program()
    try writeData(of: program)
    try Data().write(to: URL(filePath: program.path("taken")))
    let outcome = try program.run(
      ["train", "--data", "data", "--imgsz", "64", "--batch", "4", "--out", "taken"], hasModel: false)
    #expect(outcome.status == 73)
    #expect(outcome.error == "yolostream: cannot create the folder taken: a file is in its place\n")
  }

  /// Eight images of a bright rectangle, as a YOLO folder.
  private func writeData(of program: Program) throws {
    for split in ["train", "val"] {
      for kind in ["images", "labels"] {
        try FileManager.default.createDirectory(
          atPath: program.path("data/\(kind)/\(split)"), withIntermediateDirectories: true)
      }
      for number in 0..<8 {
        var pixels = [UInt8](repeating: 90, count: 64 * 64 * 3)
        for row in 16..<48 { for column in number * 4..<number * 4 + 24 { pixels[(row * 64 + column) * 3] = 250 } }
        try (Data("P6 64 64 255\n".utf8) + Data(pixels)).write(
          to: URL(filePath: program.path("data/images/\(split)/\(number).ppm")))
        try "0 \(Double(number * 4 + 12) / 64) 0.5 0.375 0.5\n".write(
          toFile: program.path("data/labels/\(split)/\(number).txt"), atomically: true, encoding: .utf8)
      }
    }
    try "red\n".write(toFile: program.path("data/classes.txt"), atomically: true, encoding: .utf8)
  }

  /// What a safetensors file holds behind its header.
  private func tensors(_ path: String) throws -> Data {
    let bytes = try Data(contentsOf: URL(filePath: path))
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    return bytes.dropFirst(8 + length)
  }
}
