import Capture
import FFmpeg
import Foundation
import Imaging
import Outputs
import Pipeline
import Rules
import Scene
import Settings
import TestSupport
import Testing

@testable import Recording

/// Real clips come through a ring at their own pace, on a clock that the test has in hand.
@Suite struct EventRecorderTests {
  static let classes = ClassCatalogue(names: ["person", "traffic light"])

  /// Rules for which nothing was there before, and no place is kept.
  static var rules: SceneRules {
    var configuration = RulesConfiguration()
    configuration.stationary.isPresumed = false
    configuration.stationary.memory = 0
    return SceneRules(configuration: configuration)
  }

  /// Start, length and number of frames of a clip that is played to its end.
  private func play(_ path: String) throws -> (first: Double, length: Double, frames: Int) {
    let source = try StreamSource(file: path)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() {
      let isDamaged = frame.isDamaged
      #expect(!isDamaged)
      times.append(frame.stamp.seconds)
    }
    #expect(source.losses == SourceLosses())
    return (times.first ?? -1, (times.last ?? 0) - (times.first ?? 0), times.count)
  }

  @Test(arguments: [TestClip.walk, .traffic])
  func `a clip shows the time before and after its object, and the end waits for it`(clip: TestClip) throws {
    let scene = try RecordedScene(clip)
    scene.play(until: 7.4)
    #expect(scene.isIdle && scene.clips.isEmpty)
    scene.see([1], at: 7.4)
    scene.play(until: 9)
    scene.see([1], at: 9)
    scene.play(until: 9.2)
    scene.see([], ended: [1], at: 9.2)
    scene.play(until: 9.9)
    #expect(scene.published.isEmpty)
    scene.play(until: 10.2)
    #expect(scene.published.count == 1)
    let evidence = try #require(scene.published.first?.1)
    let path = try #require(evidence.clip)
    // First seen at 7.0: from the keyframe before 5.0 until a second after 9.0.
    let begin = clip == .walk ? 5.005 : 4.8
    let shown = try play(path)
    #expect(abs(shown.first) < 0.1)
    #expect(abs(shown.length - (10 - begin)) < 0.3)
    scene.play(until: 11.5)
    #expect(scene.isIdle)
    #expect(try play(path).frames >= shown.frames)
    #expect(scene.clips.count == 1)
    #expect(scene.media.report.clips == 1 && scene.media.report.clipFailures == 0)
    // Audio is included.
    let kinds = try Demuxer(.file(path)).streams.map(\.parameters.kind)
    #expect(Set(kinds) == (clip == .walk ? [.video] : [.video, .audio]))
    let name = try #require(path.split(separator: "/").last.flatMap { MediaName(parsing: $0) })
    #expect(name.camera == "front" && name.label == "person")
    #expect(name.identifier == scene.published.first?.0.identifier)
    #expect(path == "\(scene.folder.path)/\(name.folder)/\(name.file)")
  }

  @Test func `objects whose times overlap share a clip, and each end waits for its own part`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 3)
    scene.see([1], at: 3)
    scene.play(until: 4)
    scene.see([1, 2], at: 4)
    scene.play(until: 5)
    scene.see([2], ended: [1], at: 5)
    scene.play(until: 6.5)
    #expect(scene.published.map(\.0.event.object?.identity) == [1])
    let path = try #require(scene.published.first?.1.clip)
    // What is there already plays, and reaches a second behind the last look at the first of them.
    #expect(try play(path).length > 3.5)
    scene.see([], ended: [2], at: 6.5)
    // Another comes before the clip is over: it goes on.
    scene.see([3], at: 6.8)
    scene.play(until: 8)
    scene.see([], ended: [3], at: 8)
    scene.play(until: 10)
    #expect(scene.published.map(\.0.event.object?.identity) == [1, 2, 3])
    #expect(scene.published.allSatisfy { $0.1.clip == path } && scene.clips.count == 1)
  }

  @Test func `each object of a shared clip has its own offset, and files are named only when they are there`() throws {
    let scene = try RecordedScene(.walk) { $0.hasSnapshots = false }
    scene.play(until: 3)
    scene.see([1], at: 3)
    scene.play(until: 4.5)
    scene.see([1, 2], at: 5)
    scene.play(until: 6.5)
    let updates = scene.updates
    #expect(updates.map(\.0.event.object?.identity) == [1, 2] && updates.allSatisfy { $0.0.event.kind == .update })
    #expect(updates.allSatisfy { FileManager.default.fileExists(atPath: $0.1.clip ?? "") })
    let offsets = updates.compactMap(\.1.clipOffset)
    try #require(offsets.count == 2)
    // First seen at 3, with the first frame, and at 4.6; the clip begins with the keyframe before 1.
    #expect(abs(offsets[1] - offsets[0] - 1.6) < 0.01, "\(offsets)")
    #expect((1.99...3).contains(offsets[0]))
    scene.see([], ended: [1, 2], at: 6.5)
    scene.play(until: 9)
    #expect(scene.published.map(\.1.clipOffset) == offsets)
  }

  @Test func `what is stationary asks for no clip, and for one when it moves again`() throws {
    let scene = try RecordedScene(.walk)
    scene.history = SceneRules()
    scene.see([1], at: 0.5)
    scene.play(until: 4)
    #expect(scene.clips.isEmpty && scene.isIdle, "it was there before")
    for step in 0..<6 { scene.see([1], at: 4 + Double(step) * 0.2, right: 30 * Float(step)) }
    scene.play(until: 6)
    #expect(scene.clips.count == 1, "it moves")
    scene.finish(at: 6)
    #expect(scene.published.first?.1.clip == scene.clips.first && scene.published.first?.1.clipOffset != nil)
  }

  @Test func `another opening begins another file`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 3)
    scene.see([1], at: 3)
    scene.play(until: 4)
    scene.reopen()
    scene.play(until: 6)
    scene.finish(at: 6)
    #expect(scene.clips.count == 2)
    for clip in scene.clips { #expect(try play(clip).frames > 20) }
    #expect(scene.published.first?.1.clip == scene.clips.first)
  }

  @Test func `at the end all is finished and published at once`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 3)
    scene.see([1], at: 3, label: 1)
    scene.play(until: 3.5)
    scene.finish(at: 3.5)
    #expect(scene.published.count == 1)
    let path = try #require(scene.published.first?.1.clip)
    #expect(path.contains("_traffic-light_"))
    #expect(try play(path).length > 2.5)
  }

  @Test func `what was written plays though nobody ended the file`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 3)
    scene.see([1], at: 3)
    scene.play(until: 7)
    let path = try #require(scene.clips.first)
    // As a kill leaves it. From the keyframe before 0.6 on, at most a second of which is still held back.
    let copy = scene.folder.path + "/copy.mp4"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(try play(copy).length > 7 - 0.5 - 1.1)
  }

  @Test func `the best image of each object is kept with its box, and nothing is drawn on it`() throws {
    let folder = try ScratchFolder()
    var settings = CameraSettings(named: "front", defaults: CameraDefaults())
    settings.record.hasClips = false
    let media = try MediaFolder(path: folder.path)
    var recorder = EventRecorder(settings, ring: nil, delay: 1, folder: media)
    var history = EventRecorderTests.rules
    var stamper = EventStamper(classes: Self.classes, camera: "front", clock: .wall)
    var findings = FrameFindings(
      stamp: FrameStamp(index: 0, seconds: 1, arrival: 1_000_000_000), width: 96, height: 64, detections: [])
    findings.tracks = [
      Track(
        id: 7,
        detection: Detection(box: Box(minX: 10, minY: 10, maxX: 60, maxY: 50), score: 0.8, classID: 0), firstSeen: 1,
        topScore: 0.8)
    ]
    let pixels = try PixelBuffer(layout: PixelLayout(width: 96, height: 64, format: .rgb24))
    recorder.take(
      history.events(in: findings).map { stamper.stamp($0) }, [(BestImage(pixels), 1, findings.tracks[0])])
    recorder.take(history.finish().map { stamper.stamp($0) }, [])
    let published = recorder.work(now: 2_000_000_000, isLast: false)
    #expect(published.count == 1 && published.first?.1.clip == nil)
    let path = try #require(published.first?.1.snapshot)
    let image = try ImageFile(path: path).read(as: .rgb24)
    #expect(image.layout.width == 96 && image.layout.height == 64)
    // The image was black.
    let isBlack = image.withView { view in
      let plane = view.planes[0]
      return (0..<64).allSatisfy { y in (0..<96 * 3).allSatisfy { x in plane.base[y * plane.stride + x] < 20 } }
    }
    #expect(isBlack)
    let box = try #require(published.first?.1.snapshotBox)
    #expect(abs(box.minX - 10.0 / 96) < 1e-5 && abs(box.maxY - 50.0 / 64) < 1e-5)
    #expect(media.evidence(of: published.first?.0.identifier ?? "")?.snapshot == path)
  }

  @Test(.enabled(if: SmallDisk.isPossible, "skipped: needs the right to mount a file system"))
  func `a full disk costs what does not fit, and recording goes on when there is room`() throws {
    let disk = try SmallDisk(megabytes: 1)
    let scene = try RecordedScene(.walk, folder: ScratchFolder(existing: disk.path)) { $0.preRoll = 0 }
    scene.play(until: 1)
    scene.see([1], at: 1)
    scene.play(until: 7)
    #expect(scene.media.report.clipFailures > 0)
    // What is there plays.
    for clip in scene.clips { #expect(try play(clip).frames > 0) }
    scene.see([], ended: [1], at: 7)
    scene.play(until: 8.5)
    #expect(scene.published.count == 1)
    for clip in scene.clips { try FileManager.default.removeItem(atPath: clip) }
    // An object comes when the next attempt is due.
    let failures = scene.media.report.clipFailures
    scene.work(at: 12)
    scene.see([2], at: 12.1)
    scene.play(until: 10)
    scene.finish(at: 13)
    #expect(scene.media.report.clipFailures == failures)
    #expect(scene.published.count == 2)
    if let path = scene.published.last?.1.clip { #expect(try play(path).frames > 0) } else { Issue.record("no clip") }
  }
}
