import Evaluation
import Rules
import Scene
import TestSupport
import Testing

/// Zones, lines and dwell times beside definitions that look at whole tracks at once, on people who really walked.
@Suite(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct BruteForceTests {
  static let width = 768, height = 576, rate = 7.0, hold = 0.5

  typealias Sighting = (time: Double, box: Box)

  /// What is settled in each frame of a track: the state of the latest run of equal states that lasted for `hold`; `nil`
  /// before any did.
  static func settled<State: Equatable>(_ states: [State], at times: [Double]) -> [State?] {
    states.indices.map { last in
      for end in stride(from: last, through: 0, by: -1) {
        let start = states[...end].lastIndex { $0 != states[end] }.map { $0 + 1 } ?? 0
        if times[end] - times[start] >= hold - 1e-6 { return states[end] }
      }
      return nil
    }
  }

  static func foot(_ box: Box) -> (x: Double, y: Double) {
    (
      min(max((Double(box.minX) + Double(box.maxX)) / 2 / Double(width), 0), 1),
      min(max(Double(box.maxY) / Double(height), 0), 1)
    )
  }

  /// The stays in the upright rectangle from `low` to `high`: enter, and leave with the seconds between the first and the
  /// last frame inside.
  static func stays(_ track: [Sighting], low: (Double, Double), high: (Double, Double)) -> [String] {
    let inside = track.map { sighting in
      let (x, y) = foot(sighting.box)
      return x >= low.0 && x <= high.0 && y >= low.1 && y <= high.1
    }
    var events: [String] = [], entered = -1
    for (index, state) in settled(inside, at: track.map(\.time)).enumerated() {
      if state == true, entered < 0 {
        entered = (inside[...index].lastIndex(of: false) ?? -1) + 1
        events.append("enter")
      } else if state == false, entered >= 0 {
        let last = inside[..<index].lastIndex(of: true) ?? entered
        events.append("exit \((track[last].time - track[entered].time).brief)")
        entered = -1
      }
    }
    guard entered >= 0, let last = inside.lastIndex(of: true) else { return events }
    return events + ["exit \((track[last].time - track[entered].time).brief)"]
  }

  /// The crossings of the upright line at `x` from `top` to `bottom`: the side was settled, and the way between the last
  /// frame on the old side and the first on the new one met the line. The last two frames of a track settle it, too.
  static func crossings(_ track: [Sighting], x: Double, top: Double, bottom: Double) -> [String] {
    let feet = track.map { foot($0.box) }
    let isLeft = feet.map { $0.x < x }
    var events: [String] = [], side = isLeft[0]
    var states = settled(isLeft, at: track.map(\.time))
    if track.count > 1, isLeft[track.count - 2] == isLeft[track.count - 1] { states[track.count - 1] = isLeft.last }
    for (index, state) in states.enumerated() {
      guard let state, state != side else { continue }
      side = state
      let first = (isLeft[...index].lastIndex(of: !state) ?? -1) + 1
      let (p, q) = (feet[first - 1], feet[first])
      let y = p.y + (q.y - p.y) * (x - p.x) / (q.x - p.x)
      if y >= top, y <= bottom { events.append(state ? "in" : "out") }
    }
    return events
  }

  static func tracks() throws -> [Int: [Sighting]] {
    let truth = try TrackFile.read(SharedMaterial.file("data/mot/PETS09-S2L1/gt.txt").path)
    return Dictionary(grouping: truth.records, by: \.id).mapValues { records in
      records.sorted { $0.frame < $1.frame }.map { record in
        let box = record.box
        return (
          Double(record.frame - 1) / rate,
          Box(
            minX: Float(box.left), minY: Float(box.top), maxX: Float(box.left + box.width),
            maxY: Float(box.top + box.height))
        )
      }
    }
  }

  /// The events of each object by `rules`, frame by frame. A track ends in the frame after its last, and is confirmed after
  /// its first `tentative` sightings.
  static func events(
    _ tracks: [Int: [Sighting]], tentative: Int, by rules: inout SceneRules
  ) -> [Int: [SceneEvent]] {
    var ofFrame: [Int: [Track]] = [:], endsOfFrame: [Int: [Int]] = [:]
    var earlier: [Int: [Int: [Scene.Sighting]]] = [:]
    for (id, track) in tracks {
      earlier[Int((track[tentative].time * rate).rounded()), default: [:]][id] = track.prefix(tentative).map {
        Scene.Sighting($0.box, at: $0.time, score: 1)
      }
      for sighting in track.dropFirst(tentative) {
        ofFrame[Int((sighting.time * rate).rounded()), default: []].append(
          Track(
            id: id, detection: Detection(box: sighting.box, score: 1, classID: 0), firstSeen: track[0].time,
            topScore: 1))
      }
      endsOfFrame[Int((track[track.count - 1].time * rate).rounded()) + 1, default: []].append(id)
    }
    var events: [SceneEvent] = []
    for frame in 0...(ofFrame.keys.max() ?? 0) {
      let stamp = FrameStamp(index: frame, seconds: Double(frame) / rate, arrival: 0)
      var findings = FrameFindings(stamp: stamp, width: width, height: height, detections: [])
      findings.tracks = (ofFrame[frame] ?? []).sorted { $0.id < $1.id }
      findings.endedIdentities = (endsOfFrame[frame] ?? []).sorted()
      findings.earlierSightings = earlier[frame] ?? [:]
      events += rules.events(in: findings)
    }
    return Dictionary(grouping: events + rules.finish()) { $0.object?.track.id ?? 0 }
  }

  @Test(arguments: [0, 1, 3, 6]) func `zones and dwell times are those of the definition`(tentative: Int) throws {
    let tracks = try Self.tracks().filter { $0.value.count > tentative }
    // Shares that are exact in any format, so that edges are the same on both sides.
    let areas: [((Double, Double), (Double, Double))] = [
      ((0.25, 0.25), (0.75, 0.75)), ((0, 0.5), (0.5, 1)), ((0.5, 0), (1, 1)), ((0.375, 0.375), (0.4375, 0.5)),
      ((0, 0), (1, 1)), ((0.8125, 0), (1, 1)),
    ]
    let zones = areas.enumerated().map { index, area in
      let (low, high) = (area.0, area.1)
      return Zone(
        "zone\(index)",
        Polygon(
          corners: [(low.0, low.1), (high.0, low.1), (high.0, high.1), (low.0, high.1)].map { .init($0) }))
    }
    var rules = SceneRules(zones: zones)
    let events = Self.events(tracks, tentative: tentative, by: &rules)
    var compared = 0
    for (id, track) in tracks.sorted(by: { $0.key < $1.key }) {
      for (index, area) in areas.enumerated() {
        let expected = Self.stays(track, low: area.0, high: area.1)
        let reported = (events[id] ?? []).filter { $0.zone == "zone\(index)" }.places
        #expect(reported.map { $0.replacing(" zone\(index)", with: "") } == expected, "track \(id), zone \(index)")
        compared += expected.count
      }
    }
    #expect(compared > 150)
  }

  @Test(arguments: [0, 1, 3, 6]) func `crossings are those of the definition`(tentative: Int) throws {
    let tracks = try Self.tracks().filter { $0.value.count > tentative }
    let places = [(0.25, 0.0, 1.0), (0.5, 0, 1), (0.5, 0.25, 0.5), (0.75, 0.375, 0.875), (0.015625, 0, 1)]
    let lines = places.enumerated().map { index, place in
      // From below to above: right is to the right of somebody who looks up.
      var line = CountingLine("\(index)", from: .init((place.0, place.1)), to: .init((place.0, place.2)))
      line.margin = 0
      return line
    }
    var rules = SceneRules(lines: lines)
    let events = Self.events(tracks, tentative: tentative, by: &rules)
    var compared = 0
    for (id, track) in tracks.sorted(by: { $0.key < $1.key }) {
      for (index, place) in places.enumerated() {
        let expected = Self.crossings(track, x: place.0, top: place.1, bottom: place.2)
        let reported = (events[id] ?? []).compactMap { $0.direction(ofLine: "\(index)") }
        #expect(reported == expected, "track \(id), line \(index)")
        compared += expected.count
      }
    }
    #expect(compared > 40)
  }
}

extension SceneEvent {
  /// The zone it is about.
  var zone: String? {
    switch kind {
    case .zoneEnter(let zone), .zoneExit(let zone, _, _), .loiter(let zone, _): zone
    default: nil
    }
  }

  /// The direction of a crossing of `line`.
  func direction(ofLine line: String) -> String? {
    if case .line(line, let direction, _) = kind { direction } else { nil }
  }
}
