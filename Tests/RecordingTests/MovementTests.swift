import Foundation
import Imaging
import JSON
import Outputs
import Rules
import Scene
import Settings
import TestSupport
import Testing

@testable import Recording

/// Objects that stop and move again: each movement has files of its own.
@Suite struct MovementTests {
  /// Rules for which what keeps its place for a second is stationary.
  private static var rules: SceneRules {
    var configuration = RulesConfiguration()
    configuration.stationary.after = 1
    configuration.stationary.isPresumed = false
    return SceneRules(configuration: configuration)
  }

  private static func image(_ identity: Int, score: Float, left: Float) throws -> EventRecorder.Image {
    let image = BestImage(try PixelBuffer(layout: PixelLayout(width: 200, height: 100, format: .yuv420p)))
    let box = Box(minX: left, minY: 10, maxX: left + 40, maxY: 90)
    let track = Track(
      id: identity, detection: Detection(box: box, score: score, classID: 0), firstSeen: 7, topScore: score)
    return (image, identity, track)
  }

  private func name(_ path: String?) throws -> MediaName {
    try #require(path.flatMap { MediaName(parsing: $0.split(separator: "/").last ?? "") })
  }

  @Test func `an object that moves again gets another clip, and the first one stays`() throws {
    let scene = try RecordedScene(.walk)
    scene.history = Self.rules
    scene.play(until: 2)
    for step in 0..<12 { scene.see([1], at: 2 + Double(step) * 0.2) }
    let first = try Self.image(1, score: 0.9, left: 20)
    scene.recorder.take([], [first])
    scene.play(until: 6)
    let arrival = try #require(scene.clips.first)
    #expect(scene.clips.count == 1 && scene.isIdle, "it has arrived, and is stationary")
    let size = try FileManager.default.attributesOfItem(atPath: arrival)[.size] as? Int
    for step in 0..<6 { scene.see([1], at: 7 + Double(step) * 0.2, right: 30 * Float(step)) }
    // Driving off it is seen worse than it was.
    scene.recorder.take([], [try Self.image(1, score: 0.5, left: 120)])
    scene.play(until: 9)
    scene.finish(at: 9)
    #expect(scene.clips.count == 2 && scene.clips.contains(arrival))
    #expect(try FileManager.default.attributesOfItem(atPath: arrival)[.size] as? Int == size)
    let (end, evidence) = try #require(scene.published.first)
    let departure = try name(evidence.clip)
    #expect(try departure.time > name(arrival).time && departure.identifier == end.identifier)
    #expect(try name(arrival).identifier == end.identifier)
    // Each was named while it was written, with where the object is in it.
    #expect(scene.updates.map(\.1.clip) == [arrival, evidence.clip])
    #expect(scene.updates.allSatisfy { (1.5...3).contains($0.1.clipOffset ?? -1) }, "\(scene.updates.map(\.1))")
    #expect(
      evidence.snapshotBox == Box(minX: 0.1, minY: 0.1, maxX: 0.3, maxY: 0.9), "the image of the arrival is better")
    // Both are found again by their names alone.
    let found = try #require(FoundRecording.all(in: scene.folder.path).first)
    #expect(found.clips == [arrival, evidence.clip] && found.snapshot == evidence.snapshot && found.files.count == 3)
    #expect(found.lines.count == 2 && found.lines[1].contains("\"clip\":\((evidence.clip ?? "").json)"))
    #expect(found.lines.allSatisfy { $0.contains("\"start\":\"\(EventClock.text(end.began))\"") })
  }

  @Test func `of an object that was deleted while in view nothing more is written`() throws {
    let scene = try RecordedScene(.walk)
    scene.play(until: 2)
    scene.see([1, 2], at: 2)
    scene.play(until: 4)
    let deleted = try #require(scene.updates.first?.0.identifier)
    #expect(scene.updates.count == 2 && scene.media.evidence(of: deleted) != nil)
    scene.media.delete([deleted])
    for step in 0..<5 { scene.see([1, 2], at: 4 + Double(step) * 0.2, right: 20 * Float(step)) }
    for identity in [1, 2] {
      let image = try Self.image(identity, score: 0.9, left: 20)
      let stamp = FrameStamp(index: 100, seconds: 5, arrival: RecordedScene.clock(5))
      scene.recorder.take([], [image], [(stamp, image.track, Box(minX: 0, minY: 0, maxX: 1, maxY: 1), identity)])
    }
    scene.play(until: 6)
    scene.finish(at: 7)
    #expect(scene.updates.dropFirst(2).allSatisfy { $0.0.identifier != deleted } && scene.published.count == 2)
    let evidence = try #require(scene.published.first { $0.0.identifier == deleted }?.1)
    #expect(evidence.clip == nil && evidence.snapshot == nil && scene.media.evidence(of: deleted) == nil)
    let files = scene.folder.files(ending: ".jpg") + scene.folder.files(ending: ".json")
    #expect(files.count == 2 && files.allSatisfy { !$0.contains(deleted) }, "only of the other one: \(files)")
  }

  @Test func `what drives off after days has files of now, which retention leaves alone`() throws {
    let scene = try RecordedScene(.walk)
    let now = EventClock.wallMilliseconds(atMonotonic: RecordedScene.clock(9))
    let began = now - 11 * 86_400_000
    let known = "{\"identity\":1,\"identifier\":\"01JDEXAMP0000000000000000Z\",\"began\":\(began),\"usesSender\":false}"
    scene.stamper = EventStamper(
      classes: EventRecorderTests.classes, camera: "front", clock: .wall,
      objects: [try JSONDecoder().decode(EventStamper.OpenObject.self, from: Data(known.utf8))])
    scene.history = SceneRules()
    scene.see([1], at: 0.5)
    scene.play(until: 4)
    for step in 0..<6 { scene.see([1], at: 4 + Double(step) * 0.2, right: 30 * Float(step)) }
    scene.recorder.take([], [try Self.image(1, score: 0.4, left: 20)])
    let frame = FrameStamp(index: 90, seconds: 5.5, arrival: RecordedScene.clock(5.5))
    let track = try Self.image(1, score: 0.4, left: 30).track
    scene.recorder.take([], [], [(frame, track, Box(minX: 0, minY: 0, maxX: 1, maxY: 1), 1)])
    scene.play(until: 9)
    scene.finish(at: 9)
    let (end, evidence) = try #require(scene.published.first)
    #expect(end.began == began && evidence.clip != nil && evidence.snapshot != nil, "it had no image")
    let trace = scene.media.trace(of: end.identifier, label: "person", clip: evidence.clip ?? "")
    for path in [evidence.clip, evidence.snapshot, trace] {
      #expect(FileManager.default.fileExists(atPath: path ?? ""), "\(path ?? "none")")
    }
    var limits = StorageSettings()
    limits.minFree = .bytes(0)
    limits.maxAge = 86_400
    _ = Retention.sweep(scene.media, limits, now: now) { #expect($0.removed == 0 && $0.files == 3) }
  }

  @Test func `updates come at most once a minute, with a time of their own`() throws {
    var settings = CameraSettings(named: "front", defaults: CameraDefaults())
    settings.record.hasClips = false
    let folder = try ScratchFolder()
    let media = try MediaFolder(path: folder.path)
    var recorder = EventRecorder(settings, ring: nil, delay: 1, folder: media)
    let scene = try RecordedScene(.walk)
    var published: [(StampedEvent, StampedEvent.Evidence)] = []
    func findings(_ seconds: Double) throws -> FrameFindings {
      var findings = FrameFindings(
        stamp: FrameStamp(index: Int(seconds), seconds: seconds, arrival: RecordedScene.clock(seconds)), width: 200,
        height: 100, detections: [])
      findings.tracks = [try Self.image(1, score: 0.3 + Float(seconds) / 400, left: Float(seconds) / 2).track]
      return findings
    }
    for second in 1...180 {
      let findings = try findings(Double(second)), track = findings.tracks[0]
      if second == 1 { recorder.take(scene.history.events(in: findings).map { scene.stamper.stamp($0) }, []) }
      let box = track.detection.box.shares(ofWidth: 200, height: 100)
      recorder.take(
        [], [try Self.image(1, score: track.detection.score, left: track.detection.box.minX)],
        [(findings.stamp, track, box, 1)])
      published += recorder.updates(now: RecordedScene.clock(Double(second) + 0.1))
    }
    #expect(published.map(\.0.event.stamp.index) == [1, 61, 121], "a better image each second")
    let first = try #require(published.first?.0)
    #expect(published.map { $0.0.moment - first.moment } == [0, 60_000, 120_000])
    for (update, evidence) in published {
      let box = update.event.object?.track.detection.box
      #expect(update.event.kind == .update && evidence.snapshotBox == box?.shares(ofWidth: 200, height: 100))
    }
    // What the rules ask for comes at once, with the files that are there.
    var update = first
    update.event.kind = .update
    recorder.take([update], [])
    let asked = recorder.updates(now: RecordedScene.clock(180.2))
    #expect(asked.count == 1 && asked.first?.1.snapshot == published.last?.1.snapshot)
    // The end has the best image of all.
    recorder.take(scene.history.finish().map { scene.stamper.stamp($0) }, [])
    let end = try #require(recorder.work(now: RecordedScene.clock(181), isLast: true).first)
    #expect(end.1.snapshotBox?.minX == Float(180) / 2 / 200)
  }

  @Test func `an object that is shown by several files names them all`() {
    var evidence = StampedEvent.Evidence(snapshot: nil, clip: "a.mp4", clipOffset: 1.5)
    evidence.furtherClips = ["b.mp4"]
    var history = EventRecorderTests.rules
    var stamper = EventStamper(classes: EventRecorderTests.classes, camera: "front", clock: .wall)
    var findings = FrameFindings(
      stamp: FrameStamp(index: 0, seconds: 1, arrival: 1_000_000_000), width: 96, height: 64, detections: [])
    let box = Box(minX: 1, minY: 1, maxX: 9, maxY: 9)
    findings.tracks = [
      Track(id: 1, detection: Detection(box: box, score: 0.8, classID: 0), firstSeen: 1, topScore: 0.8)
    ]
    let events = history.events(in: findings).map { stamper.stamp($0) }
    let json = events.first.map { stamper.number($0, evidence: evidence).json } ?? ""
    #expect(
      json.hasSuffix(
        ",\"clip\":\"a.mp4\",\"clip_offset\":1.5,\"clips\":[{\"path\":\"a.mp4\",\"offset\":1.5},"
          + "{\"path\":\"b.mp4\",\"offset\":0}]}"), "\(json)")
  }
}
