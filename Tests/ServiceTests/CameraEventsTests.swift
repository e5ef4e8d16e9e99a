import Foundation
import Imaging
import Outputs
import Publishing
import Recording
import Scene
import Settings
import TestSupport
import Testing

@testable import Service

/// What reaches the recorder of a camera, and in which order its lines come.
@Suite struct CameraEventsTests {
  private static let classes = ClassCatalogue(names: ["person", "car"])

  private static func findings(_ seconds: Double) -> FrameFindings {
    let arrival = UInt64((seconds + 1) * 1e9)
    var findings = FrameFindings(
      stamp: FrameStamp(index: Int(seconds * 10), seconds: seconds, arrival: arrival), width: 96, height: 64,
      detections: [])
    let box = Box(minX: 10, minY: 10, maxX: 60, maxY: 50)
    findings.tracks = [
      Track(id: 7, detection: Detection(box: box, score: 0.8, classID: 1), firstSeen: 0, topScore: 0.8)
    ]
    return findings
  }

  private static func event(_ kind: SceneEvent.Kind, at seconds: Double) -> SceneEvent {
    var object = SceneObject(track: findings(seconds).tracks[0], lastSeen: seconds)
    object.identity = 3
    return SceneEvent(kind, of: object, in: findings(seconds))
  }

  /// Lines of a camera with an object from before a restart, recorded while `drive` is called.
  private func lines(
    switches: CameraSwitches = CameraSwitches(), _ drive: (CameraEvents, CameraRecorder) throws -> Void
  ) async throws -> [[String: Any]] {
    let folder = try ScratchFolder()
    let log = folder.path + "/events.jsonl"
    let journal = try Journal(path: log)
    var settings = CameraSettings(named: "yard", defaults: CameraDefaults())
    settings.record.hasClips = false
    let media = try MediaFolder(path: folder.path + "/media")
    let recorder = try #require(CameraRecorder(settings, ring: nil, folder: media))
    let known = "{\"identity\":3,\"identifier\":\"01JDEXAMP0000000000000000Z\",\"began\":1000,\"usesSender\":false}"
    let events = CameraEvents(
      camera: "yard", classes: Self.classes, journal: journal, recorder: recorder,
      objects: [try JSONDecoder().decode(EventStamper.OpenObject.self, from: Data(known.utf8))], switches: switches)
    try recorder.start { events.publish($0, evidence: $1) }
    try drive(events, recorder)
    await recorder.stop()
    await journal.finish()
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `what is there after a restart is recorded when it moves`() async throws {
    let pixels = try PixelBuffer(layout: PixelLayout(width: 96, height: 64, format: .rgb24))
    let lines = try await lines { events, recorder in
      events.publish([Self.event(.active, at: 1)])
      try recorder.see(pixels, Self.findings(1))
      events.publish([Self.event(.end, at: 2)])
    }
    #expect(lines.compactMap { $0["type"] as? String }.filter { $0 != "update" } == ["active", "end"])
    #expect(lines.last?["snapshot"] is String, "\(lines)")
    #expect(lines.last?["id"] as? String == "01JDEXAMP0000000000000000Z")
  }

  @Test func `while the switch is off nothing is recorded, and afterwards what moves`() async throws {
    let folder = try ScratchFolder()
    let board = SwitchBoard(folder: folder.path)
    let pixels = try PixelBuffer(layout: PixelLayout(width: 96, height: 64, format: .rgb24))
    for isOn in [false, true] {
      _ = board.obey(HomeCommand(camera: "yard", toggle: .record, isOn: false))
      let lines = try await lines(switches: CameraSwitches("yard", board: board)) { events, recorder in
        events.publish([Self.event(.active, at: 1), Self.event(.stationary, at: 2)])
        if isOn { _ = board.obey(HomeCommand(camera: "yard", toggle: .record, isOn: true)) }
        events.publish([Self.event(.active, at: 3)])
        try recorder.see(pixels, Self.findings(3))
        events.publish([Self.event(.end, at: 4)])
      }
      #expect((lines.last?["snapshot"] is String) == isOn, "\(lines)")
    }
  }

  @Test func `updates come with their files, and not before lines that are there`() async throws {
    let pixels = try PixelBuffer(layout: PixelLayout(width: 96, height: 64, format: .rgb24))
    let lines = try await lines { events, recorder in
      events.publish([Self.event(.active, at: 1)])
      try recorder.see(pixels, Self.findings(1))
      events.publish([Self.event(.update, at: 1.2)])
      // It is published after this one.
      events.publish([Self.event(.zoneEnter(zone: "gate"), at: 9)])
      let log = events.journal
      #expect(waiting { log.report.counts["update"] ?? 0 >= 1 })
      events.publish([Self.event(.end, at: 10)])
    }
    #expect(lines.filter { $0["type"] as? String == "update" }.allSatisfy { $0["snapshot"] is String })
    let times = lines.compactMap { $0["ts"] as? String }
    #expect(times == times.sorted(), "\(times)")
  }

  @Test func `an update that waited for the disk does not take back that its object is stationary`() async throws {
    let lines = try await lines { events, _ in
      events.publish([Self.event(.active, at: 1)])
      var stopped = Self.event(.stationary, at: 3)
      stopped.object?.isStationary = true
      events.publish([stopped])
      // What the recorder built before.
      var stamper = EventStamper(classes: Self.classes, camera: "yard", clock: .wall)
      events.publish(stamper.stamp(Self.event(.update, at: 2)), evidence: nil)
    }
    let update = try #require(lines.last { $0["type"] as? String == "update" })
    #expect(update["stationary"] as? Bool == true && update["active"] as? Bool == false, "\(lines)")
  }
}
