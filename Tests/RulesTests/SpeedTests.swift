import Foundation
import Scene
import TestSupport
import Testing

@testable import Rules

/// Speeds against a known camera above a road.
@Suite struct SpeedTests {
  private func distance(_ a: GroundPlane.Point, _ b: GroundPlane.Point) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }

  private func place(_ ground: GroundPlane, _ x: Double, _ y: Double) throws -> GroundPlane.Point {
    let pixel = RoadCamera.pixel(x: x, y: y)
    return try #require(
      ground.position(x: pixel.x / Double(RoadCamera.width), y: pixel.y / Double(RoadCamera.height)))
  }

  @Test func `distances on the ground are those that the camera sees, in a rectangle of measured sides`() throws {
    let ground = try GroundPlane(RoadCamera.lane, lengths: RoadCamera.laneSides)
    var numbers = SeededNumbers(seed: 1)
    for _ in 0..<200 {
      let ends = (0..<2).map { _ in
        (Double.random(in: -2...2, using: &numbers), Double.random(in: 10...25, using: &numbers))
      }
      let seen = distance(try place(ground, ends[0].0, ends[0].1), try place(ground, ends[1].0, ends[1].1))
      #expect(abs(seen - hypot(ends[0].0 - ends[1].0, ends[0].1 - ends[1].1)) < 0.002)
    }
  }

  @Test func `a diagonal determines any shape`() throws {
    let corners = [(-1.0, 9.0), (3.0, 11.0), (2.0, 22.0), (-4.0, 18.0)].map { (x: $0.0, y: $0.1) }
    func length(_ a: Int, _ b: Int) -> Double { hypot(corners[a].x - corners[b].x, corners[a].y - corners[b].y) }
    let sides = [length(0, 1), length(1, 2), length(2, 3), length(3, 0)]
    let exact = try GroundPlane(RoadCamera.area(corners), lengths: sides + [length(0, 2)])
    let assumed = try GroundPlane(RoadCamera.area(corners), lengths: sides)
    let (a, b) = (try place(exact, 0, 12), try place(exact, 1, 18))
    #expect(abs(distance(a, b) - hypot(1, 6)) < 0.002)
    // Without it the shape is a guess: the closest to a rectangle.
    let guess = distance(try place(assumed, 0, 12), try place(assumed, 1, 18))
    #expect(abs(guess - hypot(1, 6)) < 0.6 && abs(guess - hypot(1, 6)) > 0.002, "\(guess)")
  }

  @Test(
    arguments: [
      ([3, 4, 3, 4], [(0, 0), (3, 0), (3, 4), (0, 4)]),
      // A trapezoid whose legs are equal.
      ([2, 5, 8, 5], [(3, 4), (5, 4), (8, 0), (0, 0)]),
    ] as [([Double], [(Double, Double)])])
  func `without a diagonal the shape is the one closest to a rectangle`(
    sides: [Double], corners: [(Double, Double)]
  ) throws {
    let ground = try GroundPlane(RoadCamera.lane, lengths: sides)
    for one in 0..<4 {
      for other in 0..<one {
        let expected = hypot(corners[one].0 - corners[other].0, corners[one].1 - corners[other].1)
        #expect(abs(distance(ground.corners[one], ground.corners[other]) - expected) < 1e-5)
      }
    }
  }

  @Test(
    arguments: [
      ([4, 15, 4], .lengths), ([4, 15, 4, 15, 16, 2], .lengths), ([4, 0, 4, 15], .lengths),
      ([4, .nan, 4, 15], .lengths),
      ([1, 1, 1, 9], .shape), ([4, 15, 4, 15, 40], .shape), ([4, 15, 4, 15, 1], .shape),
    ] as [([Double], GroundPlane.Problem)])
  func `lengths that cannot be are refused`(lengths: [Double], problem: GroundPlane.Problem) {
    #expect(throws: problem) { _ = try GroundPlane(RoadCamera.lane, lengths: lengths) }
  }

  @Test func `areas that have not four convex corners are refused`() {
    func area(_ corners: [(Float, Float)]) -> Polygon { Polygon(corners: corners.map { .init(x: $0.0, y: $0.1) }) }
    let sides = RoadCamera.laneSides
    #expect(throws: GroundPlane.Problem.corners) {
      _ = try GroundPlane(area([(0, 0), (1, 0), (1, 1)]), lengths: sides)
    }
    for corners in [
      [(0, 0), (1, 0), (0, 1), (1, 1)], [(0, 0), (1, 0), (0.2, 0.2), (0, 1)], [(0, 0), (0.5, 0), (1, 0), (0, 1)],
      [(0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5)],
    ] as [[(Float, Float)]] {
      #expect(throws: GroundPlane.Problem.convexity) { _ = try GroundPlane(area(corners), lengths: sides) }
    }
    // Either way around is right.
    #expect(throws: Never.self) { _ = try GroundPlane(area([(0, 0), (0, 1), (1, 1), (1, 0)]), lengths: [4, 4, 4, 4]) }
  }

  /// Speeds of a drive along the lane, with boxes that tremble by `jitter` pixels.
  private func drive(
    kmh: Double, rate: Double, jitter: Double, seed: Int, unit: Speed.Unit = .kilometresPerHour
  ) throws -> StaySpeed {
    var rules = SceneRules(zones: [try RoadCamera.zone(unit: unit)])
    var numbers = SeededNumbers(seed: seed)
    let phase = Double.random(in: 0..<1, using: &numbers) / rate
    var events: [SceneEvent] = []
    for frame in 0... {
      let seconds = Double(frame) / rate, y = 7 + kmh / 3.6 * (seconds + phase)
      if y > 32 { break }
      let shift = (x: jitter * numbers.normal(), y: jitter * numbers.normal())
      events += rules.events(in: RoadCamera.frame(seconds, x: 0.5, y: y, jitter: shift))
    }
    events += rules.finish()
    return try #require(
      events.compactMap { event in
        if case .zoneExit("lane", _, let speed) = event.kind { speed } else { nil }
      }.first)
  }

  /// Errors over 40 drives at each speed. Trembling by 2 pixels is 0.1 m at 10 m and 0.2 m at 25 m in the direction of travel.
  @Test(
    arguments: [
      (25.0, 0.0, 0.01, 0.02), (5.0, 0.0, 0.01, 0.02), (25.0, 2.0, 0.03, 0.08), (5.0, 2.0, 0.06, 0.15),
    ] as [(rate: Double, jitter: Double, mean: Double, top: Double)])
  func `the speed is right within bounds`(
    _ bound: (rate: Double, jitter: Double, mean: Double, top: Double)
  ) throws {
    for kmh in [5.0, 15, 30, 50] {
      var means: [Double] = [], tops: [Double] = []
      for seed in 1...40 {
        let speed = try drive(kmh: kmh, rate: bound.rate, jitter: bound.jitter, seed: seed)
        means.append(speed.mean.value - kmh)
        tops.append(speed.top.value - kmh)
      }
      func worst(_ errors: [Double]) -> Double { errors.map(abs).sorted()[37] }
      // Of 40 drives 38 are within the bounds, relative with half a kilometre per hour beside it.
      #expect(worst(means) <= bound.mean * kmh + (bound.jitter > 0 ? 0.5 : 0), "\(kmh) at \(bound): \(worst(means))")
      #expect(worst(tops) <= bound.top * kmh + (bound.jitter > 0 ? 1.5 : 0), "\(kmh) at \(bound): \(worst(tops))")
    }
  }

  @Test(arguments: [(Speed.Unit.milesPerHour, 30 / 1.609344), (.metresPerSecond, 30 / 3.6)])
  func `speeds are reported in the unit of the zone`(unit: Speed.Unit, expected: Double) throws {
    let speed = try drive(kmh: 30, rate: 25, jitter: 0, seed: 1, unit: unit)
    #expect(abs(speed.mean.value - expected) < 0.02 * expected && speed.mean.unit == unit && speed.top.unit == unit)
  }

  @Test func `a wrong box now and then does not matter`() throws {
    var rules = SceneRules(zones: [try RoadCamera.zone()])
    var speeds: [Double] = []
    for frame in 0..<100 {
      let seconds = Double(frame) / 25, y = 11 + 3 * seconds
      // Every eighth box reaches 40 pixels too high or too low.
      let wrong = frame % 8 == 3 ? (frame % 16 == 3 ? -40.0 : 40) : 0
      _ = rules.events(in: RoadCamera.frame(seconds, x: 0, y: y, jitter: (0, wrong)))
      if frame > 30, let speed = rules.speeds[1] { speeds.append(speed.value) }
    }
    #expect(speeds.count > 50)
    for speed in speeds { #expect(abs(speed - 10.8) < 1, "\(speed)") }
  }

  @Test func `events in the zone have the present speed, others have none`() throws {
    var zone = try RoadCamera.zone()
    zone.loitering = .init(after: 1)
    var rules = SceneRules(zones: [zone])
    var events: [SceneEvent] = []
    for frame in 0..<80 {
      let seconds = Double(frame) / 10, y = 7 + 3 * seconds
      events += rules.events(in: RoadCamera.frame(seconds, x: 0, y: y))
    }
    let loitering = try #require(events.first { $0.kind.name == "loiter" })
    #expect(abs((loitering.object?.speed?.value ?? 0) - 10.8) < 0.3)
    let others = events.filter { ["start", "zone_exit"].contains($0.kind.name) }
    #expect(others.count == 2 && others.allSatisfy { $0.object?.speed == nil })
  }

  @Test func `what is parked has no speed, and its rest is not part of its mean`() throws {
    var rules = SceneRules(zones: [try RoadCamera.zone()])
    var numbers = SeededNumbers(seed: 3)
    var events: [SceneEvent] = []
    // In at 4 m/s, a minute at 17 m, out at 4 m/s.
    for frame in 0..<700 {
      let seconds = Double(frame) / 10
      let y = seconds < 2.5 ? 7 + 4 * seconds : seconds < 62.5 ? 17 : 17 + 4 * (seconds - 62.5)
      let shift = (x: numbers.normal(), y: numbers.normal())
      events += rules.events(in: RoadCamera.frame(seconds, x: 0, y: y, jitter: shift))
      if (20...60).contains(seconds) { #expect(rules.speeds[1]?.value == 0) }
      if (5..<12).contains(seconds) { #expect((rules.speeds[1]?.value ?? 9) < 1.5) }
    }
    events += rules.finish()
    let speed = try #require(
      events.compactMap { event in if case .zoneExit(_, _, let speed) = event.kind { speed } else { nil } }.first)
    // About 3.6 s of motion and the 10 s until it counted as stationary.
    #expect((2.5...6).contains(speed.mean.value) && abs(speed.top.value - 14.4) < 2, "\(speed)")
  }

  @Test func `a zone without measured sides has no speeds, and neither has a slow camera`() throws {
    var rules = SceneRules(zones: [Zone("lane", RoadCamera.lane)])
    var events: [SceneEvent] = []
    for frame in 0..<100 {
      events += rules.events(in: RoadCamera.frame(Double(frame) / 10, x: 0, y: 7 + Double(frame) / 4))
    }
    #expect(events.names.contains { $0.hasPrefix("exit lane") } && rules.speeds.isEmpty)
    for event in events { if case .zoneExit(_, _, let speed) = event.kind { #expect(speed == nil) } }
    rules = SceneRules(zones: [try RoadCamera.zone()])
    events = []
    // One frame in 1.2 s.
    for frame in 0..<24 {
      events += rules.events(in: RoadCamera.frame(Double(frame) * 1.2, x: 0, y: 7 + Double(frame)))
    }
    #expect(events.names.contains { $0.hasPrefix("exit lane") })
    for event in events { if case .zoneExit(_, _, let speed) = event.kind { #expect(speed == nil) } }
  }

  @Test func `a saved state of before speeds and heat maps is still read`() throws {
    var configuration = RulesConfiguration()
    configuration.zones = [try RoadCamera.zone()]
    var rules = SceneRules(configuration: configuration)
    for frame in 0..<50 { _ = rules.events(in: RoadCamera.frame(Double(frame) / 10, x: 0, y: 15)) }
    var state = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(rules.state)) as? [String: Any]
    var objects = try #require(state?["objects"] as? [[String: Any]])
    #expect(objects.count == 1 && objects[0]["foot"] != nil)
    objects[0]["foot"] = nil
    var stays = try #require(objects[0]["stays"] as? [[String: Any]])
    #expect(stays[0]["meter"] != nil)
    stays[0]["meter"] = nil
    objects[0]["stays"] = stays
    state?["objects"] = objects
    let data = try JSONSerialization.data(withJSONObject: try #require(state))
    let restored = try JSONDecoder().decode(RulesState.self, from: data)
    #expect(restored.hasSameContent(as: rules.state))
  }
}
