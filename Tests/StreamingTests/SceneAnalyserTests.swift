import Capture
import Imaging
import Rules
import Scene
import Testing
import Tracking

@testable import Streaming

/// The analyser on plain values: no thread, no network.
@Suite struct SceneAnalyserTests {
  private func frame(_ index: Int) throws -> CapturedFrame {
    let source = try SourceAddress(parsing: "test:64x64@10").open()
    guard case .frame(var captured) = try source.next() else { throw CancellationError() }
    captured.stamp = FrameStamp(index: index, seconds: Double(index) / 10, arrival: 0)
    return captured
  }

  private let box = Box(minX: 10, minY: 10, maxX: 30, maxY: 50)

  @Test func `a weak detection continues a track, and is not shown`() throws {
    var settings = SceneAnalyser.Settings()
    settings.shown.lowest = 0.25
    settings.tracker = TrackerConfiguration()
    var analyser = SceneAnalyser(settings)
    let elsewhere = Box(minX: 40, minY: 0, maxX: 60, maxY: 20)
    var last: FrameFindings?
    for index in 0..<4 {
      let weak = Detection(box: elsewhere, score: 0.15, classID: 0)
      let seen = Detection(box: box, score: index == 3 ? 0.15 : 0.9, classID: 0)
      last = analyser.conclude([seen, weak], of: try frame(index)).findings
    }
    #expect(last?.tracks.map(\.id) == [1])
    #expect(last?.detections.isEmpty == true && last?.visibleTracks.isEmpty == true && last?.untracked.isEmpty == true)
    let strong = analyser.conclude([Detection(box: box, score: 0.9, classID: 0)], of: try frame(4)).findings
    #expect(strong.identities == [1] && strong.visibleTracks.map(\.id) == [1])
  }

  @Test func `without a tracker, scores alone decide, class by class`() throws {
    var settings = SceneAnalyser.Settings()
    settings.shown.lowest = 0.25
    settings.shown.ofClass = [1: 0.6, 2: 0.1]
    var analyser = SceneAnalyser(settings)
    let detections = [(0.3, 0), (0.2, 0), (0.5, 1), (0.7, 1), (0.15, 2)].map {
      Detection(box: box, score: Float($0.0), classID: $0.1)
    }
    let findings = analyser.conclude(detections, of: try frame(0)).findings
    #expect(findings.detections.map(\.classID) == [0, 1, 2])
    #expect(findings.identities.isEmpty && findings.untracked.count == 3)
  }

  @Test func `a frame that the network did not run on keeps the last detections`() throws {
    var settings = SceneAnalyser.Settings()
    settings.tracker = TrackerConfiguration()
    settings.motion = MotionGate.Settings(threshold: 8, refresh: 10)
    var analyser = SceneAnalyser(settings)
    let first = try frame(0), second = try frame(1)
    let needs = [try analyser.needsDetection(first), try analyser.needsDetection(second)]
    #expect(needs == [true, false])
    let seen = analyser.conclude([Detection(box: box, score: 0.9, classID: 0)], of: first)
    let kept = analyser.conclude(nil, of: second)
    #expect(seen.events.map(\.kind) == [.start])
    #expect(kept.findings.detections == seen.findings.detections && kept.findings.tracks.map(\.id) == [1])
    #expect(analyser.finish().map(\.kind) == [.end])
  }

  @Test func `findings have the time and the speed of objects, for each host alike`() throws {
    var settings = SceneAnalyser.Settings()
    settings.tracker = TrackerConfiguration()
    settings.rules.stationary.isPresumed = false
    let corners: [(Float, Float)] = [(0, 0), (1, 0), (1, 1), (0, 1)]
    var zone = Zone("all", Polygon(corners: corners.map { .init(x: $0.0, y: $0.1) }))
    zone.speed = SpeedMeasure(try GroundPlane(zone.area, lengths: [64, 64, 64, 64]))
    settings.rules.zones = [zone]
    var analyser = SceneAnalyser(settings)
    var last: FrameFindings?, seconds = 0.0
    for index in 0..<20 {
      let shift = Float(index)
      let moved = Box(minX: 5 + shift, minY: 10, maxX: 25 + shift, maxY: 50)
      last = analyser.conclude([Detection(box: moved, score: 0.9, classID: 0)], of: try frame(index)).findings
      seconds += last?.presence.reduce(0) { $0 + $1.seconds } ?? 0
    }
    // The first frames make the track sure. A pixel is a metre here: ten pixels a second.
    #expect((1.5...1.9).contains(seconds), "\(seconds)")
    #expect(abs((last?.speeds[1]?.metresPerSecond ?? 0) - 10) < 0.3, "\(last?.speeds ?? [:])")
  }

  @Test func `an object that stands there from the start is stationary, and a restart does not start it again`() throws
  {
    var settings = SceneAnalyser.Settings()
    settings.tracker = TrackerConfiguration()
    var analyser = SceneAnalyser(settings)
    let car = [Detection(box: box, score: 0.9, classID: 0)]
    var events: [SceneEvent] = []
    for index in 0..<10 { events += analyser.conclude(car, of: try frame(index)).events }
    #expect(events.map(\.kind) == [.start] && events.first?.object?.isStationary == true)
    #expect(analyser.suspend().isEmpty, "a parked car has no end because the program stops")
    var next = SceneAnalyser(settings, restoring: ScenePast(analyser.state, age: 60))
    events = []
    for index in 0..<10 { events += next.conclude(car, of: try frame(index)).events }
    #expect(events.isEmpty)
    #expect(next.finish().map { $0.object?.identity } == [1])
  }

  @Test func `what is active ends while no frame comes, after the tracker's buffer`() throws {
    var settings = SceneAnalyser.Settings()
    settings.tracker = TrackerConfiguration()
    settings.tracker?.buffer = 3
    settings.rules.stationary.isPresumed = false
    var analyser = SceneAnalyser(settings)
    let seen = analyser.conclude([Detection(box: box, score: 0.9, classID: 0)], of: try frame(0))
    #expect(seen.events.map(\.kind) == [.start])
    #expect(analyser.outageEvents(at: 2_900_000_000).isEmpty)
    #expect(analyser.outageEvents(at: 3_100_000_000).map(\.kind) == [.end])
    #expect(analyser.outageEvents(at: 9_000_000_000).isEmpty && analyser.finish().isEmpty)
  }

  @Test func `zones and lines are rules of the analyser`() throws {
    var settings = SceneAnalyser.Settings()
    settings.tracker = TrackerConfiguration()
    settings.rules.stationary.isPresumed = false
    settings.rules.zones = [
      Zone("left", Polygon(corners: [.init(x: 0, y: 0), .init(x: 0.5, y: 0), .init(x: 0.5, y: 1), .init(x: 0, y: 1)]))
    ]
    settings.rules.lines = [CountingLine("middle", from: .init(x: 0.5, y: 1), to: .init(x: 0.5, y: 0))]
    var analyser = SceneAnalyser(settings)
    var names: [String] = []
    for index in 0..<40 {
      let x = Float(4 + index)
      let walker = Detection(box: Box(minX: x, minY: 10, maxX: x + 16, maxY: 50), score: 0.9, classID: 0)
      names += analyser.conclude([walker], of: try frame(index)).events.map(\.kind.name)
    }
    #expect(Set(names).subtracting(["update"]) == ["start", "zone_enter", "line", "zone_exit"])
    #expect(["start", "zone_enter", "line", "zone_exit"].allSatisfy { name in names.count { $0 == name } == 1 })
    #expect(analyser.lineTotals.map(\.line) == ["middle"] && analyser.lineTotals.map(\.count) == [1])
  }

  @Test(arguments: [true, false]) func `what the filters hold back is not shown`(isTracked: Bool) throws {
    var settings = SceneAnalyser.Settings()
    settings.tracker = isTracked ? TrackerConfiguration() : nil
    settings.shown.lowest = 0.25
    settings.rules.filters.ofClass[0] = ObjectFilter()
    settings.rules.filters.ofClass[0]?.minScore = 0.6
    let corners: [(Float, Float)] = [(0.5, 0), (1, 0), (1, 1), (0.5, 1)]
    settings.rules.filters.general.masks = [Polygon(corners: corners.map { .init(x: $0.0, y: $0.1) })]
    var analyser = SceneAnalyser(settings)
    func shown(_ index: Int, _ detections: [(score: Float, classID: Int, x: Float)]) throws -> [Int] {
      let all = detections.map {
        Detection(box: Box(minX: $0.x, minY: 10, maxX: $0.x + 12, maxY: 40), score: $0.score, classID: $0.classID)
      }
      let findings = analyser.conclude(all, of: try frame(index)).findings
      #expect(findings.identities.count == (isTracked ? findings.detections.count : 0))
      return findings.detections.map { Int($0.box.minX) }
    }
    // A person below its least score; cars beside the mask and in it; a person in the mask, which is for other classes.
    #expect(try shown(0, [(0.3, 0, 0), (0.9, 1, 16), (0.9, 1, 40), (0.9, 0, 50)]) == [16, 50])
    // A person with a track, though none of its detections is enough for an object.
    for index in 1..<6 { #expect(try shown(index, [(0.55, 0, 0)]) == []) }
    // An object stays one, and is shown with each score that is; without a track each frame is on its own.
    #expect(try shown(6, [(0.9, 0, 0)]) == [0])
    #expect(try shown(7, [(0.4, 0, 0)]) == (isTracked ? [0] : []))
  }
}
