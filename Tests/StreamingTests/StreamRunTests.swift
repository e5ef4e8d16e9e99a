import Capture
import Foundation
import GELAN
import Inference
import Streaming
import TestSupport
import Testing

/// Real weights on a real clip, from file to file.
@Suite(.serialized, .enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct StreamRunTests {
  private func detector() throws -> Detector {
    let path = SharedMaterial.file("reference/weights/yolov9t-coco.safetensors").path
    var options = Detector.Options()
    options.width = 320
    options.height = 320
    return Detector(try InferenceModel(path: path), options: options)
  }

  @Test func `every frame of a clip is annotated and logged, whatever the number of workers`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "stream-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var logs: [Data] = []
    for workers in [1, 2, 3] {
      var options = StreamRun.Options()
      options.workers = workers
      options.frameLimit = 40
      options.videoPath = folder.appending(path: "out\(workers).mp4").path
      options.detectionsPath = folder.appending(path: "out\(workers).jsonl").path
      let source = try SourceAddress(parsing: SharedMaterial.file("media/bikes.mp4").path).open()
      let run = StreamRun(source: source, detector: try detector(), options: options)
      try await run.run()
      #expect(run.report.frames.count == 40)
      logs.append(try Data(contentsOf: folder.appending(path: "out\(workers).jsonl")))
      let written = try SourceAddress(parsing: options.videoPath!).open()
      var frames = 0
      reading: while true {
        switch try written.next() {
        case .frame: frames += 1
        case .endOfStream: break reading
        }
      }
      #expect(frames == 40)
    }
    #expect(logs[0] == logs[1] && logs[1] == logs[2])
    #expect(String(decoding: logs[0], as: UTF8.self).contains("\"class\":\"person\""))
  }
}
