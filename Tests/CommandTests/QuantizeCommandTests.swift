import Checkpoints
import Foundation
import GELAN
import TestSupport
import Testing

/// `model quantize`, and running what it makes, as a user calls them.
@Suite(.serialized) struct QuantizeCommandTests {
  let program = Result { try Program() }

  private func quantise(_ program: Program, _ arguments: [String]) throws -> Program.Outcome {
    try program.run(
      ["model", "quantize", "model.safetensors", "--imgsz", "64", "-o", "whole.safetensors"] + arguments,
      hasModel: false)
  }

  private func expectSaid(_ outcome: Program.Outcome, status: Int32, sentence: String) {
    #expect(outcome.status == status && !outcome.isKilled, "\(outcome.status): \(outcome.error)")
    #expect(outcome.error.contains(sentence), "\(outcome.error)")
  }

  @Test func `a quantised model is smaller, runs in int8 and in f32 when asked, and by itself in what is fast`() throws
  {
    let program = try program.get()
    let made = try quantise(program, ["--calibrate", "test:96x64@25:40", "--calibration-images", "5"])
    #expect(made.status == 0, "\(made.error)")
    #expect(made.output.contains("5 images of test:96x64@25:40") && made.output.contains("convolutions in int8"))
    let checked = try program.run(["model", "verify", "whole.safetensors"], hasModel: false)
    #expect(checked.status == 0, "\(checked.error)")
    // oneDNN's int8 kernels run where the processor has no VNNI; its reference would be a hundred times slower.
    let int8 = ["int8:", "vnni"]
    for (precision, steps) in [("int8", int8), ("f32", ["winograd"]), ("auto", int8 + ["winograd"])] {
      let timed = try program.run(
        [
          "bench", "--model", "whole.safetensors", "--size", "64x64", "--runs", "2", "--precision", precision,
          "--layers",
        ], hasModel: false)
      #expect(timed.status == 0, "\(timed.output)\(timed.error)")
      #expect(precision == "auto" || timed.output.contains("64x64 \(precision),"), "\(timed.output)")
      #expect(
        steps.contains { timed.output.contains($0) } && !timed.output.contains("ref_int8"), "\(timed.output)")
    }
    let run = try program.run(
      ["test:96x64@25:3", "-q", "--model", "whole.safetensors", "--imgsz", "64"], hasModel: false)
    #expect(run.status == 0 && run.output.split(separator: "\n").count == 3, "\(run.error)")
    expectSaid(
      try program.run(
        ["bench", "--model", "model.safetensors", "--size", "64x64", "--precision", "int8"], hasModel: false),
      status: 78, sentence: "needs a quantised model")
    expectSaid(
      try program.run(
        ["model", "quantize", "whole.safetensors", "--calibrate", "test:96x64@25:4", "-o", "twice.safetensors"],
        hasModel: false), status: 78, sentence: "is quantised already")
  }

  @Test func `a file that keeps its weights computes in f32 as before, and in int8 as one without them`() throws {
    let program = try program.get()
    func detections(_ model: String, _ precision: String) throws -> String {
      let run = try program.run(
        ["test:96x64@25:4", "-q", "--conf", "0.01", "--model", model, "--imgsz", "64", "--precision", precision],
        hasModel: false)
      #expect(run.status == 0 && run.output.split(separator: "\n").count == 4, "\(run.error)")
      return run.output
    }
    let calibration = ["--calibrate", "test:96x64@25:40", "--calibration-images", "5"]
    #expect(try quantise(program, calibration).status == 0)
    try FileManager.default.moveItem(
      atPath: program.path("whole.safetensors"), toPath: program.path("small.safetensors"))
    #expect(try quantise(program, calibration + ["--keep-weights"]).status == 0)
    #expect(try detections("whole.safetensors", "int8") == detections("small.safetensors", "int8"))
    #expect(try detections("whole.safetensors", "f32") == detections("model.safetensors", "f32"))
    #expect(try detections("small.safetensors", "f32") != detections("model.safetensors", "f32"))
  }

  @Test func `auto takes the same precision in the first run and in the second, and gives the reason`() throws {
    let program = try program.get()
    #expect(try quantise(program, ["--calibrate", "test:96x64@25:40", "--calibration-images", "5"]).status == 0)
    let cache = ["YOLOSTREAM_CACHE": program.path("cache")]
    func reason() throws -> Substring? {
      let arguments = ["bench", "--model", "whole.safetensors", "--size", "64x64", "--runs", "1"]
      let timed = try program.start(arguments, hasModel: false, variables: cache).wait()
      #expect(timed.status == 0, "\(timed.error)")
      return timed.output.split(separator: "\n").first { $0.hasPrefix("auto takes ") }
    }
    let first = try #require(try reason())
    #expect(first.contains("int8 ") && first.contains("f32 ") && first.contains(" ms"))
    #expect(try reason() == first)
    func detections() throws -> String {
      try program.start(
        ["test:96x64@25:4", "-q", "--model", "whole.safetensors", "--imgsz", "64"], hasModel: false, variables: cache
      ).wait().output
    }
    let found = try detections()
    #expect(try !found.isEmpty && detections() == found)
  }

  @Test func `model pull quantises what it fetched, under a name of its own`() throws {
    let program = try program.get()
    let variables = ["YOLOSTREAM_CACHE": program.path("cache")]
    func call(_ arguments: [String]) throws -> Program.Outcome {
      try program.start(arguments, hasModel: false, variables: variables).wait()
    }
    expectSaid(
      try call(["bench", "--model", "yolov9-t-int8", "--size", "64x64"]), status: 78,
      sentence: "yolostream model pull yolov9-t --int8")
    expectSaid(try call(["model", "pull", "yolov9-t", "--int8"]), status: 64, sentence: "--calibrate")
    try FileManager.default.createDirectory(atPath: program.path("release"), withIntermediateDirectories: true)
    let spec = try #require(NetworkSpec.named("gelan-t"))
    try InferenceModel(randomWeightsFor: spec).write(
      to: program.path("release/yolov9-t-converted.pt"), licence: nil, origin: "made up for a test")
    let server = try PortProcess(python: [
      "-c",
      """
      import functools, http.server, sys
      files = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
      server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), files)
      print(server.server_port, flush=True)
      server.serve_forever()
      """, program.path("release"),
    ])
    let pulled = try call([
      "model", "pull", "yolov9-t", "--release", "http://127.0.0.1:\(server.port)", "--plain-http", "--int8",
      "--calibrate",
      "test:96x64@25:2",
    ])
    #expect(pulled.status == 0 && pulled.output.contains("--model yolov9-t-int8"), "\(pulled.output)\(pulled.error)")
    let timed = try call(
      ["bench", "--model", "yolov9-t-int8", "--size", "64x64", "--runs", "1", "--precision", "int8"])
    #expect(timed.status == 0 && timed.output.contains("gelan-t 64x64 int8"), "\(timed.output)\(timed.error)")
  }

  @Test(
    arguments: [
      (["--calibrate", "none/"], 66, "none/"), (["--calibrate", "empty/"], 65, "holds no images"),
      (["--calibrate", "test:96x64@25:4", "--calibration-images", "0"], 64, "--calibration-images"),
      (["--calibrate", "test:96x64@25:4", "--data", "none.json"], 66, "none.json"), ([], 64, "--calibrate"),
    ] as [([String], Int32, String)])
  func `what cannot be calibrated is said in one sentence, and nothing is written`(
    arguments: [String], status: Int32, sentence: String
  ) throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("empty"), withIntermediateDirectories: true)
    expectSaid(try quantise(program, arguments), status: status, sentence: sentence)
    #expect(!FileManager.default.fileExists(atPath: program.path("whole.safetensors")))
  }

  /// YOLOv9t on a part of the validation images, calibrated on a video.
  @Test(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
  func `accuracy is measured before and after`() throws {
    let program = try program.get()
    try writePart(program, count: 12)
    let made = try quantisePublished(
      program, calibratingOn: SharedMaterial.file("media/people-walking.mp4").path, side: 320, maxDrop: 20)
    #expect(made.status == 0, "\(made.error)")
    #expect(made.output.contains("AP before: ") && made.output.contains("AP after: "), "\(made.output)")
  }

  /// Scales from black images do not suit others: the model no longer finds quite what it found in f32.
  @Test(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
  func `a model that lost its accuracy is not written`() throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("black"), withIntermediateDirectories: true)
    for name in ["1", "2"] { try Self.blackImage.write(to: URL(filePath: program.path("black/\(name).bmp"))) }
    try writePart(program, count: 6)
    let judged = try program.run(
      [
        "val", "--model", Self.published, "--precision", "f32", "--imgsz", "128", "--data", "part.json", "--images",
        Self.imageFolder, "--save-json", "found.json",
      ], hasModel: false)
    #expect(judged.status == 0, "\(judged.error)")
    try takeForTruth(program, found: "found.json")
    let refused = try quantisePublished(program, calibratingOn: "black/", side: 128, maxDrop: 1)
    expectSaid(refused, status: 69, sentence: "not written: AP fell by ")
    #expect(refused.error.contains("expected at most 1.00 (--max-drop)"), "\(refused.error)")
    #expect(!FileManager.default.fileExists(atPath: program.path("published.safetensors")))
  }

  private static let published = SharedMaterial.file("reference/weights/yolov9t-coco.safetensors").path
  private static let imageFolder = SharedMaterial.file("data/coco-val/images").path

  /// Quantises YOLOv9t, and measures it on `part.json`.
  private func quantisePublished(
    _ program: Program, calibratingOn source: String, side: Int, maxDrop: Int
  ) throws -> Program.Outcome {
    try program.run(
      [
        "model", "quantize", Self.published, "--calibrate", source, "--calibration-images", "4", "--imgsz", "\(side)",
        "--data",
        "part.json", "--images", Self.imageFolder, "-o", "published.safetensors", "--max-drop", "\(maxDrop)",
        "--threads",
        "1",
      ], hasModel: false)
  }

  /// Makes likely detections the annotations of `part.json`.
  private func takeForTruth(_ program: Program, found: String) throws {
    func read(_ name: String) throws -> Any {
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: program.path(name))))
    }
    var set = try #require(try read("part.json") as? [String: Any])
    let detections = try #require(try read(found) as? [[String: Any]])
    let likely = detections.filter { ($0["score"] as? Double ?? 0) > 0.1 }
    set["annotations"] = try likely.enumerated().map { index, detection in
      let box = try #require(detection["bbox"] as? [Double])
      return detection.merging(["id": index + 1, "area": box[2] * box[3], "iscrowd": 0]) { $1 }
    }
    try JSONSerialization.data(withJSONObject: set).write(to: URL(filePath: program.path("part.json")))
  }

  /// A bitmap of 64×64 black pixels.
  private static var blackImage: Data {
    func words(_ values: [UInt32]) -> [UInt8] {
      values.flatMap { value in (0..<4).map { UInt8(value >> ($0 * 8) & 255) } }
    }
    let pixels = [UInt8](repeating: 0, count: 64 * 64 * 3)
    let header = words([
      UInt32(54 + pixels.count), 0, 54, 40, 64, 64, 1 | 24 << 16, 0, UInt32(pixels.count), 0, 0, 0, 0,
    ])
    return Data(Array("BM".utf8) + header + pixels)
  }

  /// The first `count` images of the validation set.
  private func writePart(_ program: Program, count: Int) throws {
    let all = try JSONSerialization.jsonObject(
      with: Data(contentsOf: SharedMaterial.file("data/coco-val/instances.json")))
    var set = try #require(all as? [String: Any])
    let images = try #require(set["images"] as? [[String: Any]]).prefix(count)
    let ids = Set(images.compactMap { $0["id"] as? Int })
    set["images"] = Array(images)
    set["annotations"] = (set["annotations"] as? [[String: Any]])?.filter { ids.contains($0["image_id"] as? Int ?? -1) }
    try JSONSerialization.data(withJSONObject: set).write(to: URL(filePath: program.path("part.json")))
  }
}
