import Foundation
import Rules
import Scene
import Testing

/// What becomes of objects while the camera delivers no frames.
@Suite struct OutageTests {
  /// A parked car (from 0 s), and somebody who walks (from 12 s), until 20 s.
  private func watched() -> (rules: SceneRules, events: [SceneEvent]) {
    var configuration = RulesConfiguration()
    configuration.zones = [Zone("yard", .frame)]
    configuration.visits = VisitSettings()
    var rules = SceneRules(configuration: configuration)
    var events: [SceneEvent] = []
    for index in 0...100 {
      let time = Double(index) / 5
      events += rules.events(in: frame(time, car: 1, walker: time < 12 ? nil : 2))
    }
    return (rules, events)
  }

  private func frame(_ time: Double, car: Int, walker: Int? = nil, ended: [Int] = []) -> FrameFindings {
    var tracks = [Scenery.track(car, StreetTests.carBox(at: 100 + time), classID: 2)]
    if let walker { tracks.append(Scenery.track(walker, Scenery.box(0.1 + time / 50, 0.95), since: 12)) }
    var findings = Scenery.frame(time, tracks, ended: ended)
    findings.stamp.arrival = Self.arrival(time)
    findings.stamp.taken = Int64(time * 1e6)
    return findings
  }

  private static func arrival(_ time: Double) -> UInt64 { UInt64((time + 1000) * 1e9) }

  @Test func `who was active when the camera went offline leaves after the buffer, and the visit ends after its gap`()
    throws
  {
    var (rules, events) = watched()
    let before = ["start", "start", "visit new alert [2]", "enter yard", "visit update alert [2]"]
    #expect(events.names.filter { $0 != "update" } == before)
    func outage(until time: Double) -> [SceneEvent] { rules.outageEvents(at: Self.arrival(time), buffer: 2) }
    #expect(outage(until: 21.9).isEmpty)
    let ends = outage(until: 24)
    #expect(ends.names.filter { $0 != "update" } == ["exit yard 8.0", "end"])
    let end = try #require(ends.last)
    #expect(abs((end.object?.lastSeen ?? 0) - 20) < 1e-6 && end.object?.identity == 2)
    #expect(abs(end.stamp.seconds - 24) < 1e-6 && end.stamp.arrival == Self.arrival(24))
    #expect(end.stamp.taken == 24_000_000)
    #expect(outage(until: 29).isEmpty)
    let last = outage(until: 31)
    #expect(last.names == ["visit end alert [2]"])
    guard case .visit(let visit)? = last.first?.kind else { throw CancellationError() }
    #expect(abs(visit.lastActive - 20) < 1e-6)
    #expect(outage(until: 60).isEmpty)
    // The car is where it was: no end and no other start, on a new track.
    let after = rules.events(in: frame(60, car: 3, ended: [1, 2])) + rules.events(in: frame(60.2, car: 3))
    #expect(after.names.filter { $0 != "update" } == [])
    #expect(rules.finish().names.filter { $0 != "update" } == ["end"])
  }

  @Test func `a short outage ends nothing, and who goes on is the same`() {
    var (rules, _) = watched()
    #expect(rules.outageEvents(at: Self.arrival(21.5), buffer: 2).isEmpty)
    let after = rules.events(in: frame(21.6, car: 1, walker: 2))
    #expect(after.names.filter { $0 != "update" } == [])
    #expect(after.allSatisfy { abs($0.stamp.seconds - 21.6) < 1e-6 })
  }
}
