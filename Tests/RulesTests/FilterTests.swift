import Foundation
import Rules
import Scene
import Testing

@Suite struct FilterTests {
  private func rules(_ change: (inout ObjectFilter) -> Void) -> SceneRules {
    var configuration = RulesConfiguration()
    configuration.filters.ofClass[0] = ObjectFilter()
    change(&configuration.filters.ofClass[0, default: ObjectFilter()])
    configuration.stationary.isPresumed = false
    return SceneRules(configuration: configuration)
  }

  private func started(_ rules: SceneRules, box: Box = Scenery.box(0.5, 0.5), scores: [Float]) -> Int? {
    var rules = rules
    for (index, score) in scores.enumerated() {
      let track = Scenery.track(1, box, score: score)
      if rules.events(in: Scenery.frame(Double(index), [track])).names.contains("start") { return index }
    }
    return nil
  }

  @Test func `the median of the last ten scores decides, whatever single ones say`() {
    #expect(started(rules { $0.threshold = 0.7 }, scores: [0.5, 0.6, 0.9, 0.95]) == 3)
    #expect(started(rules { $0.threshold = 0.7 }, scores: Array(repeating: 0.5, count: 10) + [0.9, 0.9, 0.9]) == nil)
    #expect(
      started(rules { $0.threshold = 0.7 }, scores: Array(repeating: 0.5, count: 30) + Array(repeating: 0.9, count: 6))
        == 34)
    #expect(started(rules { $0.minScore = 0.6 }, scores: [0.5, 0.5, 0.7]) == 2)
  }

  @Test func `area, aspect and masks decide what is an object`() {
    // 40 by 100 pixels of 1000 by 500: 0.008 of the frame, 0.4 as wide as high.
    #expect(started(rules { $0.area = 0.0079...1 }, scores: [0.9]) == 0)
    #expect(started(rules { $0.area = 0.0081...1 }, scores: [0.9]) == nil)
    #expect(started(rules { $0.area = 0...0.0079 }, scores: [0.9]) == nil)
    #expect(started(rules { $0.aspect = 0.5...2 }, scores: [0.9]) == nil)
    #expect(started(rules { $0.aspect = 0.2...0.5 }, scores: [0.9]) == 0)
    #expect(started(rules { $0.masks = [.frame] }, scores: [0.9]) == nil)
    #expect(started(rules { $0.masks = [ZoneTests.yard] }, box: Scenery.box(0.5, 0.4), scores: [0.9]) == 0)
    var other = rules { $0.masks = [.frame] }
    #expect(
      other.events(in: Scenery.frame(0, [Scenery.track(1, Scenery.box(0.5, 0.5), classID: 3)])).names == ["start"])
  }

  @Test func `what happened before an object passed the filters is reported with its start`() {
    var configuration = RulesConfiguration()
    configuration.filters.general.threshold = 0.7
    configuration.stationary.isPresumed = false
    configuration.lines = [LineTests.line]
    configuration.zones = [Zone("all", .frame)]
    var rules = SceneRules(configuration: configuration)
    var events: [SceneEvent] = []
    for index in 0..<12 {
      let track = Scenery.track(1, Scenery.box(0.5, index < 3 ? 0.4 : 0.6), score: index < 4 ? 0.5 : 0.9)
      events += rules.events(in: Scenery.frame(Double(index) / 5, [track]))
    }
    #expect(events.names == ["start", "enter all", "gate in 1"])
  }

  @Test func `a start has where its object was before, also while the filters held it back`() throws {
    var configuration = RulesConfiguration()
    configuration.filters.general.threshold = 0.6
    configuration.stationary.isPresumed = false
    configuration.zones = [Zone("all", .frame)]
    var rules = SceneRules(configuration: configuration)
    func box(_ index: Int) -> Box { Scenery.box(0.2 + Double(index) / 20, 0.5) }
    // The camera has been watched for a while.
    var events = rules.events(in: Scenery.frame(0, []))
    // Tentative in the frames 0 and 1; held back in 2 to 6, since the median of its scores is too low.
    for index in 2..<10 {
      let track = Scenery.track(1, box(index), score: index < 4 ? 0.5 : 0.9)
      var findings = Scenery.frame(Double(index) / 5, [track])
      if index == 2 {
        findings.earlierSightings = [1: [0, 1].map { Sighting(box($0), at: Double($0) / 5, score: 0.5) }]
      }
      events += rules.events(in: findings)
    }
    let start = try #require(events.first)
    #expect(start.kind == .start && start.stamp.seconds == 1.4 && start.object?.track.firstSeen == 0)
    #expect(
      start.object?.earlierSightings == (0..<7).map { Sighting(box($0), at: Double($0) / 5, score: $0 < 4 ? 0.5 : 0.9) }
    )
    #expect(events.count == 2 && events[1].object?.earlierSightings == [])
  }
}

@Suite struct UpdateTests {
  @Test(arguments: [(RulesConfiguration.Updates.onChange(atMostEvery: 60), 2), (.every(1), 120)])
  func `an object that goes on is reported for a better image only, or in a fixed rhythm`(
    updates: RulesConfiguration.Updates, count: Int
  ) {
    var configuration = RulesConfiguration()
    configuration.updates = updates
    configuration.stationary.after = 1000
    var rules = SceneRules(configuration: configuration)
    var names: [String] = []
    for index in 0...600 {
      let time = Double(index) / 5
      let track = Scenery.track(
        1, Scenery.box(0.1 + 0.8 * abs(sin(time / 10)), 0.5), score: 0.5 + Float(index) / 1500)
      names += rules.events(in: Scenery.frame(time, [track])).names
    }
    #expect(names.filter { $0 == "update" }.count == count)
  }
}

@Suite struct VisitTests {
  @Test func `where something moves all day, a visit ends after its longest time and the next begins`() {
    var configuration = RulesConfiguration()
    var settings = VisitSettings()
    settings.longest = 20
    configuration.visits = settings
    configuration.stationary.after = 1000
    configuration.stationary.isPresumed = false
    var rules = SceneRules(configuration: configuration)
    var visits: [(visit: Visit, time: Double)] = []
    for index in 0..<250 {
      let time = Double(index) / 5
      let track = Scenery.track(1, Scenery.box(0.1 + 0.8 * abs(sin(time / 10)), 0.5))
      for event in rules.events(in: Scenery.frame(time, [track])) {
        if case .visit(let visit) = event.kind { visits.append((visit, time)) }
      }
    }
    #expect(visits.map(\.visit.phase) == [.new, .end, .new, .end, .new])
    #expect(visits.map(\.visit.number) == [1, 1, 2, 2, 3])
    #expect(zip(visits, [0, 20.2, 20.2, 40.4, 40.4]).allSatisfy { abs($0.time - $1) < 0.5 }, "\(visits.map(\.time))")
  }

  @Test func `a visit grows by objects, zones and severity, and ends when nothing is active`() {
    var configuration = RulesConfiguration()
    var settings = VisitSettings()
    settings.alerts = .init(classes: [0], zones: ["yard"])
    settings.gap = 5
    configuration.visits = settings
    configuration.zones = [Zone("yard", ZoneTests.yard)]
    configuration.stationary.isPresumed = false
    var rules = SceneRules(configuration: configuration)
    var visits: [Visit] = []
    for index in 0..<200 {
      let time = Double(index) / 5
      var tracks: [Track] = []
      // A dog, and two seconds later a person, who enters the yard in second 8; a second person in second 30.
      if time < 20 { tracks.append(Scenery.track(1, Scenery.box(0.1 + time / 100, 0.3), classID: 16)) }
      if (2..<20).contains(time) { tracks.append(Scenery.track(2, Scenery.box((time - 2) / 24, 0.75), since: 2)) }
      if (30..<34).contains(time) { tracks.append(Scenery.track(3, Scenery.box(0.1 + time / 100, 0.3), since: 30)) }
      let ended = time == 22 ? [1, 2] : []
      for event in rules.events(in: Scenery.frame(time, tracks, ended: ended)) {
        if case .visit(let visit) = event.kind { visits.append(visit) }
      }
    }
    #expect(visits.map(\.phase) == [.new, .update, .update, .end, .new, .end])
    #expect(visits.map(\.severity) == [.detection, .detection, .alert, .alert, .detection, .detection])
    #expect(visits.map(\.objects) == [[1], [1, 2], [1, 2], [1, 2], [3], [3]])
    #expect(visits.map(\.zones) == [[], [], ["yard"], ["yard"], [], []])
    #expect(visits.map(\.number) == [1, 1, 1, 1, 2, 2])
    #expect(visits[3].start == 0 && abs(visits[3].lastActive - 19.8) < 1e-9)
  }
}

@Suite struct StateTests {
  @Test func `counts and stays go on after a restart, by the names of lines and zones`() throws {
    var configuration = RulesConfiguration()
    configuration.lines = [LineTests.line]
    configuration.zones = [Zone("yard", ZoneTests.yard)]
    configuration.stationary.isPresumed = false
    var rules = SceneRules(configuration: configuration)
    // Down over the line into the yard; there it stays.
    let path = Array(repeating: (x: 0.5, y: 0.4), count: 5) + Array(repeating: (x: 0.5, y: 0.7), count: 100)
    #expect(rules.walk(path).places == ["enter yard", "gate in 1", "stationary"])
    #expect(rules.suspend().isEmpty)
    let saved = try JSONDecoder().decode(RulesState.self, from: JSONEncoder().encode(rules.state))
    #expect(saved == rules.state)
    configuration.zones.insert(Zone("all", .frame), at: 0)
    var restored = SceneRules(configuration: configuration, restoring: saved, after: 10)
    // The same at another time of the source: no start, no second entry; the new zone is entered.
    let again = restored.walk(Array(repeating: (x: 0.5, y: 0.7), count: 5), from: 1000)
    #expect(again.names == ["enter all"])
    #expect(again.first?.object?.identity == 1)
    // Up again: 2 s of the old stay, 20.8 in all before the restart, 10 between.
    let back = restored.walk(Array(repeating: (x: 0.5, y: 0.4), count: 10), from: 1001)
    #expect(back.places == ["active", "exit yard 30.6", "gate out 1"])
    #expect(restored.lineTotals.map(\.count) == [1, 1])
  }

  @Test func `a saved state that points at zones that are not there is read`() throws {
    var configuration = RulesConfiguration()
    configuration.zones = [Zone("yard", ZoneTests.yard)]
    configuration.stationary.isPresumed = false
    var rules = SceneRules(configuration: configuration)
    _ = rules.walk(Array(repeating: (x: 0.5, y: 0.7), count: 100))
    let saved = String(decoding: try JSONEncoder().encode(rules.state), as: UTF8.self)
    #expect(saved.contains("\"isPresumed\":false"))
    let bent = saved.replacing(
      "\"isPresumed\":false", with: "\"isPresumed\":false,\"exits\":[{\"zone\":7,\"dwell\":1}]")
    let state = try JSONDecoder().decode(RulesState.self, from: Data(bent.utf8))
    var restored = SceneRules(configuration: configuration, restoring: state, after: 10)
    #expect(!restored.walk(Array(repeating: (x: 0.5, y: 0.7), count: 5), from: 1000).names.contains("exit yard"))
  }

  @Test func `equal frames give equal events`() {
    func run() -> [SceneEvent] {
      var rules = SceneRules(zones: [Zone("yard", ZoneTests.yard)], lines: [LineTests.line])
      return (0..<300).flatMap { index in
        let tracks = (1...20).map { id in
          let phase = Double(index) / 20 + Double(id)
          return Scenery.track(id, Scenery.box(0.5 + 0.4 * sin(phase), 0.5 + 0.3 * cos(phase * 1.3)))
        }
        return rules.events(in: Scenery.frame(Double(index) / 10, tracks))
      } + rules.finish()
    }
    #expect(run() == run())
  }
}
