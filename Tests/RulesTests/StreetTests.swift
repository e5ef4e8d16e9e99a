import Foundation
import Rules
import Scene
import Testing

/// A street with a car that parks, as the tracker would give it.
@Suite struct StreetTests {
  static let car = Scenery.box(0.5, 0.6, width: 200, height: 100)

  /// The car arrives within `arrival` seconds and parks; its box trembles.
  static func carBox(at seconds: Double, arrival: Double = 8) -> Box {
    var box = car
    let away = Float(max(0, arrival - seconds)) * 80
    // Between -1 and 1, different in each frame, for each edge.
    func tremble(_ salt: Double) -> Float { Float(sin(seconds * 37 + salt * 11)) }
    box.minX += away + 6 * tremble(1)
    box.maxX += away + 6 * tremble(2)
    box.minY += 3 * tremble(3)
    box.maxY += 3 * tremble(4)
    return box
  }

  /// Somebody walks from left to right in front of the car in 20 s, from second `start` on.
  static func walker(at seconds: Double, start: Double) -> Box? {
    let share = (seconds - start) / 20
    return (0...1).contains(share) ? Scenery.box(share, 0.65) : nil
  }

  @Test func `a car that parks has one start in all, however often it is hidden, lost, or the camera away`() throws {
    var rules = SceneRules()
    var events: [SceneEvent] = []
    var carTrack = 2
    func run(_ range: Range<Int>, offset: Double = 0, car: Bool = true, ended: [Int] = []) {
      for index in range {
        let time = Double(index) / 5
        var tracks: [Track] = []
        if car, time >= 3 {
          var box = Self.carBox(at: time)
          // Headlights: for 20 s the box is a tenth larger, and the score falls.
          let isLit = (60..<80).contains(time)
          if isLit { box = Box(centreX: box.centreX, centreY: box.centreY, width: 220, height: 110) }
          // The walker hides a third of the car from its left.
          if let walker = Self.walker(at: time, start: 100), walker.maxX > box.minX, walker.centreX < box.centreX {
            box.minX = min(walker.maxX, box.minX + 70)
          }
          tracks.append(Scenery.track(carTrack, box, since: 3, score: isLit ? 0.4 : 0.8, classID: 2))
        }
        if let walker = Self.walker(at: time, start: 100) { tracks.append(Scenery.track(900, walker, since: 100)) }
        var findings = Scenery.frame(time - offset, tracks, ended: index == range.lowerBound ? ended : [])
        if index == 601 { findings.endedIdentities = [900] }
        events += rules.events(in: findings)
      }
    }
    run(0..<1000)
    // The detector does not find it for a minute, then it has another track.
    run(1000..<1300, car: false, ended: [2])
    carTrack = 3
    run(1300..<1500)
    // The camera is cut for 30 s, and counts from 0 when it is back.
    carTrack = 4
    run(1650..<2000, offset: 330, ended: [3])
    // The program starts again: its state is written and read.
    events += rules.suspend()
    let saved = try JSONEncoder().encode(rules.state)
    rules = SceneRules(
      configuration: rules.configuration, restoring: try JSONDecoder().decode(RulesState.self, from: saved), after: 20)
    carTrack = 1
    run(2100..<6000, offset: 420)
    let ofCar = events.filter { $0.object?.track.detection.classID == 2 }
    #expect(ofCar.filter { $0.object?.isArrival == true }.names == ["start"])
    #expect(ofCar.names.filter { $0 != "update" } == ["start", "stationary"])
    #expect(ofCar.count <= 4)
    #expect(Set(ofCar.map { $0.object?.identity }).count == 1)
    #expect(events.filter { $0.object?.track.detection.classID == 0 }.names.first == "start")
    #expect(events.count <= 25)
    // It leaves at last.
    var parting: [SceneEvent] = []
    for index in 0..<50 {
      var box = Self.carBox(at: 100)
      box.minX -= Float(index) * 16
      box.maxX -= Float(index) * 16
      let time = 800 + Double(index) / 5
      parting += rules.events(in: Scenery.frame(time, [Scenery.track(1, box, score: 0.8, classID: 2)]))
    }
    parting += rules.events(in: Scenery.frame(812, [], ended: [1]))
    #expect(parting.names.filter { $0 != "update" } == ["active", "end"])
    #expect(parting.last?.object?.identity == ofCar.first?.object?.identity)
    #expect(!parting.contains { $0.object?.isArrival == true }, "it has arrived once, before the restart")
    #expect(parting.last?.object?.positionChanges == 1)
  }

  @Test func `what stands there at the start is stationary until it moves, and enters no zone before`() {
    var configuration = RulesConfiguration()
    configuration.zones = [Zone("all", .frame)]
    configuration.visits = VisitSettings()
    var rules = SceneRules(configuration: configuration)
    var events: [SceneEvent] = []
    for index in 0..<100 {
      let time = Double(index) / 5
      var box = Self.carBox(at: 100 + time)
      let way = Float(max(0, time - 10)) * 60
      box.minX -= way
      box.maxX -= way
      events += rules.events(in: Scenery.frame(time, [Scenery.track(1, box, classID: 2)]))
      if index == 40 {
        #expect(events.names == ["start"])
        #expect(events[0].object?.isStationary == true && events[0].object?.zones == ["all"])
        #expect(rules.zoneCounts.map(\.all) == [1, 1] && rules.zoneCounts.map(\.active) == [0, 0])
      }
    }
    #expect(events.names.filter { $0 != "update" } == ["start", "active", "enter all", "visit new alert [1]"])
    #expect(events.filter { $0.object?.isArrival == true }.names == ["active"], "it arrives when it moves")
    #expect(rules.zoneCounts.map(\.active) == [1, 1])
  }

  @Test(
    arguments: [
      // Nothing there, somebody in front of it all the time, and something else at its place.
      (false, false, 1), (true, false, 0), (false, true, 1),
    ])
  func `a place that is seen empty for minutes is given up, one that is hidden is not`(
    isHidden: Bool, isOther: Bool, ends: Int
  ) {
    var rules = SceneRules()
    var events: [SceneEvent] = []
    for index in 0..<2500 {
      let time = Double(index) / 5
      let box = Self.carBox(at: time)
      var tracks: [Track] = []
      if time < 100 { tracks.append(Scenery.track(1, box, classID: 2)) }
      if isHidden, time >= 100 { tracks.append(Scenery.track(2, box, since: 100, classID: 7)) }
      if isOther, time >= 450 { tracks.append(Scenery.track(3, box, since: 450, classID: 2)) }
      events += rules.events(in: Scenery.frame(time, tracks, ended: index == 510 ? [1] : []))
    }
    let ofCar = events.filter { $0.object?.identity == 1 }
    #expect(ofCar.filter { $0.kind == .end }.count == ends)
    if ends > 0 { #expect(abs((ofCar.last?.object?.lastSeen ?? 0) - 99.8) < 1e-9) }
    if isOther { #expect(events.last { $0.kind == .start }?.object?.identity == 2) }
  }

  @Test(arguments: [(0.0, true), (0.25, true), (1.0, false), (4.0, false), (12, false)] as [(Double, Bool)])
  func `an object is stationary by its own size`(speed: Double, isStationary: Bool) {
    // Pixels a second; the box is 40 by 100.
    var rules = SceneRules()
    var last: SceneEvent?
    for index in 0..<150 {
      let time = Double(index) / 5
      let track = Scenery.track(1, Scenery.box(0.3 + speed * time / 1000, 0.6))
      last = rules.events(in: Scenery.frame(time, [track])).last ?? last
    }
    last = rules.finish().last
    #expect(last?.object?.isStationary == isStationary)
  }
}
