import Scene
import Testing

@testable import Rules

@Suite struct CrowdTests {
  @Test func `a crowd is reported once, when it has been there for a second, and again when it has dissolved`() {
    var configuration = RulesConfiguration()
    configuration.stationary.isPresumed = false
    configuration.added = ["crowd": 3]
    var rules = SceneRules(configuration: configuration)
    var reported: [String] = []
    for (index, count) in [2, 3, 3, 2, 3, 3, 4, 4, 4, 1, 3, 3, 3].enumerated() {
      let tracks = (0..<count).map { Scenery.track($0 + 1, Scenery.box(0.2 + 0.15 * Double($0), 0.5)) }
      for event in rules.events(in: Scenery.frame(Double(index) * 0.5, tracks)) {
        if case .added(let rule, let value) = event.kind { reported.append("\(rule) \(value) at \(index)") }
      }
    }
    #expect(reported == ["crowd 4.0 at 6", "crowd 3.0 at 12"])
  }

  @Test func `what was there before and parked cars are no crowd`() {
    var configuration = RulesConfiguration()
    configuration.added = ["crowd": 1]
    var rules = SceneRules(configuration: configuration)
    let events = (0..<20).flatMap {
      rules.events(in: Scenery.frame(Double($0) * 0.5, [Scenery.track(1, Scenery.box(0.5, 0.5))]))
    }
    #expect(events.map(\.kind) == [.start])
  }
}
