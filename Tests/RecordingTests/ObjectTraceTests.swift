import Foundation
import Imaging
import Outputs
import Scene
import TestSupport
import Testing

@testable import Recording

@Suite struct ObjectTraceTests {
  private static func points(at path: String) throws -> [[Double]] {
    let data = try Data(contentsOf: URL(filePath: path))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(object["points"] as? [[Double]])
  }

  private static func place(_ time: Double, _ box: Box) -> EventRecorder.Place {
    let track = Track(id: 1, detection: Detection(box: box, score: 0.8, classID: 0), firstSeen: 7, topScore: 0.8)
    return (FrameStamp(index: 0, seconds: time, arrival: RecordedScene.clock(time)), track, box, 1)
  }

  @Test func `a recorded object leaves its trace beside the clip, in seconds of it`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 7.4)
    scene.see([1], at: 7.4)
    let box = Box(minX: 0.1, minY: 0.2, maxX: 0.3, maxY: 0.4)
    for time in [7.4, 8, 9] {
      scene.recorder.take([], [], [Self.place(time, box)])
    }
    scene.play(until: 9)
    scene.see([], ended: [1], at: 9)
    scene.play(until: 11.5)
    let (end, evidence) = try #require(scene.published.first)
    let offset = try #require(evidence.clipOffset)
    let path = try #require(
      evidence.clip.flatMap { scene.media.trace(of: end.identifier, label: "person", clip: $0) })
    let points = try Self.points(at: path)
    // Both share the clip: the offset is the time of the first point.
    #expect(points.count == 3 && abs(points[0][0] - offset) < 0.5, "\(points), \(offset)")
    for (point, time) in zip(points, [7.4, 8, 9]) {
      #expect(abs(point[0] - points[0][0] - (time - 7.4)) < 0.01, "\(point)")
      #expect(zip(point.dropFirst(), [0.1, 0.2, 0.3, 0.4]).allSatisfy { abs($0 - $1) < 1e-3 })
    }
    // It is no recording of its own.
    #expect(FoundRecording.all(in: scene.folder.path).map(\.files.count) == [1])
    #expect(scene.media.remove(path) && !FileManager.default.fileExists(atPath: path))
  }

  @Test func `a trace begins where its event does, with what was seen before the tracker was sure`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 6.5)
    scene.see([], at: 6.5)
    scene.play(until: 7.4)
    // Of a frame of 96 by 64; first seen 0.4 s ago. What was seen before that belongs to nothing.
    let sightings = [6.8, 7.0, 7.2].map { time in
      let left = Float(time - 6.8) * 24
      return Sighting(Box(minX: left, minY: 16, maxX: left + 24, maxY: 48), at: time, score: 0.8)
    }
    scene.see([1], at: 7.4, earlier: [1: sightings])
    scene.recorder.take([], [], [Self.place(7.4, Box(minX: 0.2, minY: 0.25, maxX: 0.4, maxY: 0.75))])
    scene.play(until: 9)
    scene.see([], ended: [1], at: 9)
    scene.play(until: 11.5)
    let (end, evidence) = try #require(scene.published.first)
    let offset = try #require(evidence.clipOffset)
    let path = try #require(
      evidence.clip.flatMap { scene.media.trace(of: end.identifier, label: "person", clip: $0) })
    let points = try Self.points(at: path)
    #expect(points.count == 3 && abs(points[0][0] - offset) < 0.002, "\(points), \(offset)")
    for (point, expected) in zip(points, [(0, 0.05), (0.2, 0.1), (0.4, 0.2)]) {
      #expect(abs(point[0] - offset - expected.0) < 0.01 && abs(point[1] - expected.1) < 1e-3, "\(points)")
      #expect(point.count == 5 && abs(point[2] - 0.25) < 1e-3 && abs(point[4] - 0.75) < 1e-3, "\(points)")
    }
  }

  @Test func `an image that is better than those before has the box of its object`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 7.4)
    scene.see([1], at: 7.4)
    let image = BestImage(try PixelBuffer(layout: PixelLayout(width: 200, height: 100, format: .yuv420p)))
    let track = Track(
      id: 1, detection: Detection(box: Box(minX: 20, minY: 10, maxX: 60, maxY: 90), score: 0.9, classID: 0),
      firstSeen: 7,
      topScore: 0.9)
    scene.recorder.take([], [(image, 1, track)])
    scene.play(until: 9)
    scene.see([], ended: [1], at: 9)
    scene.play(until: 11.5)
    let box = try #require(scene.published.first?.1.snapshotBox)
    #expect(box == Box(minX: 0.1, minY: 0.1, maxX: 0.3, maxY: 0.9))
  }
}
