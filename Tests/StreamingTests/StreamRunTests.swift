import Capture
import Foundation
import Inference
import Outputs
import Scene
import TestSupport
import Testing
import Tracking

@testable import Streaming

/// A made-up network on a test pattern, and the real one where it is: from source to files.
@Suite(.serialized) struct StreamRunTests {
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "stream-run-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
  }

  private let scratch: Scratch
  private var folder: URL { scratch.url }

  init() throws { scratch = try Scratch() }

  private func detector() throws -> Detector {
    var options = Detector.Options()
    options.width = 64
    options.height = 64
    options.detection = DetectionOptions(confidence: 0.1, limit: 10)
    return Detector(try #require(MadeUpModel.make()), options: options)
  }

  /// Every kind of output, called `name`.
  private func everything(_ name: String) -> StreamOptions {
    var options = StreamOptions()
    options.tracker = TrackerConfiguration()
    options.shown.lowest = 0.3
    options.rules.updates = .every(1)
    options.annotated = [.video(path: path("\(name).mp4"))]
    options.add("detections", to: path("\(name).jsonl"))
    options.add("events", to: path("\(name).events.jsonl"))
    options.add("mot", to: path("\(name).txt"))
    options.add("coco", to: path("\(name).json"))
    options.add("labels", to: path("\(name)-labels"))
    options.add("crops", to: path("\(name)-crops"))
    return options
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func frameCount(of name: String) throws -> Int {
    let source = try SourceAddress(parsing: path(name)).open()
    var count = 0
    while case .frame = try source.next() { count += 1 }
    return count
  }

  @Test func `the same input gives the same bytes in every output, whatever the number of workers`() async throws {
    let detector = try detector()
    for workers in [1, 2, 3] {
      var options = everything("out\(workers)")
      options.workers = workers
      let source = try SourceAddress(parsing: "test:96x64@10:40").open()
      let run = StreamRun(source: source, detector: detector, options: options)
      try await run.run()
      #expect(run.report.frames.count == 40)
      #expect(try frameCount(of: "out\(workers).mp4") == 40)
    }
    for ending in [".mp4", ".jsonl", ".events.jsonl", ".txt", ".json", "-labels", "-crops"] {
      let names = try contents(of: "out1" + ending)
      #expect(!names.isEmpty && names.values.contains { !$0.isEmpty }, "\(ending) is empty")
      #expect(try contents(of: "out2" + ending) == names, "\(ending)")
      #expect(try contents(of: "out3" + ending) == names, "\(ending)")
    }
    let events = try String(contentsOfFile: path("out1.events.jsonl"), encoding: .utf8)
    for type in ["start", "update", "end"] { #expect(events.contains("\"type\":\"\(type)\"")) }
    #expect(try String(contentsOfFile: path("out1.jsonl"), encoding: .utf8).contains("\"track\":1"))
  }

  /// The bytes of a file, or of the files in a folder, by name.
  private func contents(of name: String) throws -> [String: Data] {
    var isFolder = ObjCBool(false)
    if FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder), isFolder.boolValue {
      let names = try FileManager.default.subpathsOfDirectory(atPath: path(name))
      return Dictionary(
        uniqueKeysWithValues: names.compactMap { file in
          FileManager.default.contents(atPath: path(name) + "/" + file).map { (file, $0) }
        })
    }
    return ["": try Data(contentsOf: URL(filePath: path(name)))]
  }

  @Test(
    arguments: [(nil, nil, 1, 30), (7, nil, 1, 7), (nil, 1.0, 1, 10), (nil, nil, 4, 8), (3, nil, 4, 3)]
      as [(Int?, Double?, Int, Int)])
  func `a limit, a duration and a stride select the frames that are processed`(
    limit: Int?, duration: Double?, stride: Int, expected: Int
  ) async throws {
    var options = StreamOptions()
    options.frameLimit = limit
    options.duration = duration
    options.stride = stride
    options.add("detections", to: path("d.jsonl"))
    let source = try SourceAddress(parsing: "test:64x64@10:30").open()
    let run = StreamRun(source: source, detector: try detector(), options: options)
    try await run.run()
    let lines = try String(contentsOfFile: path("d.jsonl"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == expected)
    #expect(lines.last?.hasPrefix("{\"frame\":\((expected - 1) * stride),") == true)
  }

  @Test func `a stopped run has complete files`() async throws {
    let source = try SourceAddress(parsing: "test:96x64@10").open()
    let run = StreamRun(source: source, detector: try detector(), options: everything("stopped"))
    let running = Task { try await run.run() }
    while run.report.frames.count < 20 { await Task.yield() }
    run.stop()
    try await running.value
    #expect(try frameCount(of: "stopped.mp4") == run.report.frames.count)
    let table = try Data(contentsOf: URL(filePath: path("stopped.json")))
    #expect(try JSONSerialization.jsonObject(with: table) is [Any])
    let events = try String(contentsOfFile: path("stopped.events.jsonl"), encoding: .utf8)
    let starts = events.components(separatedBy: "\"type\":\"start\"").count
    #expect(starts > 1 && starts == events.components(separatedBy: "\"type\":\"end\"").count)
  }

  @Test func `a table that cannot be finished costs the video nothing`() async throws {
    var options = StreamOptions()
    // Nothing is shown: the table is empty, and its first bytes are its last.
    options.shown.lowest = 2
    options.annotated = [.video(path: path("whole.mp4"))]
    options.add("coco", to: "/dev/full")
    let source = try SourceAddress(parsing: "test:96x64@10:37").open()
    let run = StreamRun(source: source, detector: try detector(), options: options)
    await #expect(throws: (any Error).self) { try await run.run() }
    #expect(try frameCount(of: "whole.mp4") == 37)
  }

  @Test func `a source that repeats goes on in time`() async throws {
    var sourceOptions = SourceOptions()
    sourceOptions.isLooping = true
    var options = everything("loop")
    options.frameLimit = 25
    let source = try SourceAddress(parsing: "test:96x64@10:10").open(sourceOptions)
    let run = StreamRun(source: source, detector: try detector(), options: options)
    try await run.run()
    #expect(try frameCount(of: "loop.mp4") == 25)
    #expect(abs(run.report.frames.seconds - 2.4) < 1e-6)
  }

  @Test func `an output over another is refused before the first frame`() async throws {
    var options = everything("same")
    options.add("mot", to: path("same.jsonl"))
    let source = try SourceAddress(parsing: "test:64x64@10:3").open()
    let run = StreamRun(source: source, detector: try detector(), options: options)
    await #expect(throws: (any Error).self) { try await run.run() }
    #expect(run.report.frames.count == 0)
  }

  @Test(arguments: [("in", "in/"), ("in", "in/../in"), ("in", "link/"), ("in/a.jpg", "in/"), ("in/a.jpg", "link/")])
  func `images are never written over those they come from`(input: String, output: String) async throws {
    try FileManager.default.createDirectory(atPath: path("in"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("in"))
    var writer = ImageWriter()
    let pattern = try SourceAddress(parsing: "test:96x64@10:2").open()
    for name in ["a.jpg", "b.jpg"] {
      guard case .frame(let frame) = try pattern.next() else { break }
      try writer.write(frame.pixels, to: path("in/\(name)"))
    }
    let before = try contents(of: "in")
    let source = try SourceAddress(parsing: path(input)).open()
    var options = StreamOptions()
    options.annotated = [try AnnotatedOutput(path: path(output), for: source.description)]
    let run = StreamRun(source: source, detector: try detector(), options: options)
    await #expect(throws: (any Error).self) { try await run.run() }
    #expect(try contents(of: "in") == before && before.count == 2)
  }

  @Test(
    arguments: ["out/", "out"])
  func `a folder of images becomes a folder of images`(output: String) async throws {
    let input = folder.appending(path: "in")
    try FileManager.default.createDirectory(at: input, withIntermediateDirectories: true)
    for name in ["one.jpg", "two.jpg"] {
      try FileManager.default.copyItem(at: TestClip.photograph, to: input.appending(path: name))
    }
    try Data("no image".utf8).write(to: input.appending(path: "broken.jpg"))
    let source = try SourceAddress(parsing: input.path).open()
    var options = StreamOptions()
    options.tracker = TrackerConfiguration()
    options.annotated = [try AnnotatedOutput(path: path(output), for: source.description)]
    options.add("labels", to: path("labels"))
    options.add("coco", to: path("table.json"))
    let run = StreamRun(source: source, detector: try detector(), options: options)
    try await run.run()
    #expect(run.report.losses.damagedPackets == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("out")).sorted() == ["one.jpg", "two.jpg"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("labels")).sorted() == ["one.txt", "two.txt"])
    #expect(try ImageFile(path: path("out/one.jpg")).read().layout.height == 576)
  }
}
