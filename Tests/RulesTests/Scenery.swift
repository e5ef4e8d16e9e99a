import Rules
import Scene

/// Frames of 1000 by 500 pixels with made-up tracks.
enum Scenery {
  static let width = 1000
  static let height = 500

  /// A box 40 pixels wide and 100 high that stands at `x`, `y` (shares of the frame).
  static func box(_ x: Double, _ y: Double, width: Double = 40, height: Double = 100) -> Box {
    let footX = x * Double(Scenery.width), footY = y * Double(Scenery.height)
    return Box(
      minX: Float(footX - width / 2), minY: Float(footY - height), maxX: Float(footX + width / 2), maxY: Float(footY))
  }

  static func frame(_ seconds: Double, _ tracks: [Track], ended: [Int] = []) -> FrameFindings {
    let stamp = FrameStamp(index: Int((seconds * 100).rounded()), seconds: seconds, arrival: 0)
    var findings = FrameFindings(
      stamp: stamp, width: width, height: height, detections: tracks.map(\.detection))
    findings.tracks = tracks.sorted { $0.id < $1.id }
    findings.identities = tracks.map(\.id)
    findings.endedIdentities = ended
    return findings
  }

  static func track(
    _ id: Int, _ box: Box, since: Double = 0, score: Float = 0.9, classID: Int = 0
  ) -> Track {
    Track(
      id: id, detection: Detection(box: box, score: score, classID: classID), firstSeen: since, topScore: score)
  }
}

extension SceneRules {
  /// Rules for which nothing was there before, and the filters let all through.
  init(zones: [Zone] = [], lines: [CountingLine] = []) {
    var configuration = RulesConfiguration()
    configuration.zones = zones
    configuration.lines = lines
    configuration.stationary.isPresumed = false
    self.init(configuration: configuration)
  }

  /// The events of one object whose feet are at `path` (shares of the frame), `step` seconds apart; `nil` is out of sight.
  ///
  /// - Parameter tentative: frames before its track is confirmed.
  mutating func walk(
    _ path: [(x: Double, y: Double)?], step: Double = 0.2, from start: Double = 0, tentative: Int = 0
  ) -> [SceneEvent] {
    var sightings: [Sighting] = []
    return path.enumerated().flatMap { index, point in
      let time = start + Double(index) * step
      var findings = Scenery.frame(time, [])
      if let box = point.map({ Scenery.box($0.x, $0.y) }) {
        if index < tentative {
          sightings.append(Sighting(box, at: time, score: 0.9))
        } else {
          findings = Scenery.frame(time, [Scenery.track(1, box, since: sightings.first?.seconds ?? start)])
          findings.earlierSightings[1] = sightings
        }
      }
      return events(in: findings)
    }
  }
}

extension [SceneEvent] {
  /// Their kinds as text, with zone, line and so on.
  var names: [String] {
    map { event in
      switch event.kind {
      case .zoneEnter(let zone): "enter \(zone)"
      case .zoneExit(let zone, let dwell, _): "exit \(zone) \(dwell.brief)"
      case .loiter(let zone, let dwell): "loiter \(zone) \(dwell.brief)"
      case .line(let line, let direction, let count): "\(line) \(direction) \(count)"
      case .visit(let visit): "visit \(visit.phase) \(visit.severity) \(visit.objects)"
      default: event.kind.name
      }
    }
  }

  /// The same without starts, updates and ends.
  var places: [String] { names.filter { !["start", "update", "end"].contains($0) } }
}

extension Double {
  /// Two places, without needless zeros.
  var brief: String { "\((self * 100).rounded() / 100)" }
}
