import Rules
import Scene
import Testing

/// What heat maps are fed with.
@Suite struct PresenceTests {
  @Test(arguments: [5.0, 25]) func `an object's time is the time it was seen`(rate: Double) {
    var rules = SceneRules(zones: [])
    var sum = 0.0
    for frame in 0...Int(8 * rate) {
      let seconds = Double(frame) / rate
      // Out of sight for a second, which is on its way.
      let isHidden = seconds > 3 && seconds < 4
      let box = Scenery.box(0.1 + 0.1 * seconds, 0.5)
      _ = rules.events(in: Scenery.frame(seconds, isHidden ? [] : [Scenery.track(1, box)]))
      for presence in rules.presence {
        sum += presence.seconds
        #expect(abs(presence.to.x - Float(0.1 + 0.1 * seconds)) < 1e-5 && abs(presence.to.y - 0.5) < 1e-5)
        #expect(presence.to.x - presence.from.x - Float(0.1 * presence.seconds) < 1e-4 && !presence.isStationary)
      }
    }
    #expect(abs(sum - 8) < 1e-6)
  }

  @Test func `what has stopped, or was there when the camera started, is marked as stationary`() {
    var rules = SceneRules(configuration: RulesConfiguration())
    var active = [0.0, 0, 0], stationary = [0.0, 0, 0]
    for frame in 0...300 {
      let seconds = Double(frame) / 10
      // One is there from the start, one comes and parks at 5 s, one walks.
      var tracks = [Scenery.track(1, Scenery.box(0.2, 0.5))]
      if seconds >= 3 {
        tracks.append(Scenery.track(2, Scenery.box(min(0.4 + 0.1 * (seconds - 3), 0.6), 0.6), since: 3, classID: 1))
        tracks.append(
          Scenery.track(3, Scenery.box(0.1 + 0.02 * (seconds - 3), 0.9), since: 3, classID: 2))
      }
      _ = rules.events(in: Scenery.frame(seconds, tracks))
      for presence in rules.presence {
        if presence.isStationary {
          stationary[presence.classID] += presence.seconds
        } else {
          active[presence.classID] += presence.seconds
        }
      }
    }
    #expect(active[0] == 0 && abs(stationary[0] - 30) < 1e-6)
    // Two seconds of driving and ten until it counts as stationary, with the second that the median needs.
    #expect((11.5...13.5).contains(active[1]) && abs(active[1] + stationary[1] - 27) < 1e-6, "\(active)")
    #expect(abs(active[2] - 27) < 1e-6 && stationary[2] == 0)
  }

  @Test func `an outage, a restart and what the filters do not let through are no time`() {
    var rules = SceneRules(zones: [])
    let track = [Scenery.track(1, Scenery.box(0.5, 0.5))]
    for seconds in [0, 0.1, 0.2] { _ = rules.events(in: Scenery.frame(seconds, track)) }
    #expect(rules.presence.count == 1)
    _ = rules.events(in: Scenery.frame(20, track))
    #expect(rules.presence.isEmpty)
    // The source begins again.
    _ = rules.events(in: Scenery.frame(0, track))
    #expect(rules.presence.isEmpty)
    _ = rules.events(in: Scenery.frame(0.1, track))
    #expect(rules.presence.count == 1)
    _ = rules.events(in: Scenery.frame(0.2, []))
    #expect(rules.presence.isEmpty)
    var configuration = RulesConfiguration()
    configuration.filters.general.minScore = 0.95
    rules = SceneRules(configuration: configuration)
    for seconds in [0, 0.1, 0.2] { _ = rules.events(in: Scenery.frame(seconds, track)) }
    #expect(rules.presence.isEmpty)
  }

  @Test func `another frame size does not move anybody`() {
    var rules = SceneRules(zones: [])
    _ = rules.events(in: Scenery.frame(0, [Scenery.track(1, Scenery.box(0.5, 0.5))]))
    var half = Scenery.frame(0.1, [Scenery.track(1, Box(minX: 240, minY: 75, maxX: 260, maxY: 125))])
    half.width /= 2
    half.height /= 2
    _ = rules.events(in: half)
    #expect(rules.presence.map(\.from) == rules.presence.map(\.to) && rules.presence.count == 1)
  }
}
