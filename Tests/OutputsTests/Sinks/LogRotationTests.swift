import Foundation
import Scene
import Testing

@testable import Outputs

@Suite struct LogRotationTests {
  @Test func `a full log goes on in another file, and so many of the earlier ones stay`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "events.jsonl").path
    var context = SinkContext(camera: "front", stem: "front", classes: ClassCatalogue(names: []))
    context.appends = true
    var stamper = EventStamper(classes: context.classes, camera: "front", clock: .file)
    let kind = EventLog.kind(rotation: LogRotation(size: 400, keep: 2))
    // Twice: a file that was there goes on, too.
    for _ in 0..<2 {
      var log = try kind.make(path, context)
      for number in 0..<8 {
        let event = SceneEvent(.cameraDown(cause: "cut", message: "number \(number)"), at: 0)
        try log.take(stamper.number(stamper.stamp(event)))
      }
      try log.finish()
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["events.jsonl", "events.jsonl.1", "events.jsonl.2"])
    let texts = try ["events.jsonl.2", "events.jsonl.1", "events.jsonl"].map {
      try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
    }
    // Whole lines, none of them missing between the files, the last one last.
    let numbers = texts.joined().split(separator: "\n").map { line in
      (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["seq"] as? Int ?? -1
    }
    #expect(numbers == Array((numbers.first ?? 0)...15) && numbers.count < 16)
    #expect(texts.dropLast().allSatisfy { (400..<700).contains($0.utf8.count) }, "\(texts.map(\.utf8.count))")
  }

  @Test func `a rotation that is tried again and again pushes no file out`() throws {
    let folder = try ScratchFolder()
    let path = folder.path("e.jsonl"), rotation = LogRotation(size: 1, keep: 3)
    func write(_ names: [String]) throws {
      for name in names { try name.write(toFile: folder.path(name), atomically: true, encoding: .utf8) }
    }
    func text(_ name: String) -> String? { try? folder.text(name) }
    // The log was moved, and no other could be opened since.
    try write(["e.jsonl.1", "e.jsonl.2", "e.jsonl.3"])
    for _ in 0..<5 { try rotation.rotate(path) }
    #expect(["e.jsonl.1", "e.jsonl.2", "e.jsonl.3"].allSatisfy { text($0) == $0 })
    // The others were moved, and the log itself could not be.
    try FileManager.default.removeItem(atPath: path + ".1")
    try write(["e.jsonl"])
    try rotation.rotate(path)
    #expect(text("e.jsonl.1") == "e.jsonl" && text("e.jsonl") == nil)
    #expect(["e.jsonl.2", "e.jsonl.3"].allSatisfy { text($0) == $0 })
    // Without a gap the oldest goes.
    try write(["e.jsonl"])
    try rotation.rotate(path)
    #expect(["e.jsonl.1", "e.jsonl.2", "e.jsonl.3"].map(text) == ["e.jsonl", "e.jsonl", "e.jsonl.2"])
  }
}
