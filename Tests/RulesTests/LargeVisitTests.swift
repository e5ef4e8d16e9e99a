import Rules
import Scene
import Testing

/// Visits with very many objects, as of a busy street that is one visit a day.
@Suite struct LargeVisitTests {
  private func visits(frames: Int, tracks: (Int) -> [Track]) -> [Visit] {
    var configuration = RulesConfiguration()
    configuration.stationary.isPresumed = false
    configuration.visits = VisitSettings()
    configuration.visits?.longest = 86_400
    var rules = SceneRules(configuration: configuration)
    return (0..<frames).flatMap { index in
      rules.events(in: Scenery.frame(Double(index) / 5, tracks(index), ended: [index])).compactMap { event in
        if case .visit(let visit) = event.kind { visit } else { nil }
      }
    }
  }

  @Test func `a visit ends with five hundred objects, and the next goes on`() {
    let visits = visits(frames: 1300) { index in
      [index, index + 1].map { Scenery.track($0 + 1, Scenery.box(0.5, 0.5)) }
    }
    #expect(visits.allSatisfy { $0.objects.count <= 502 })
    #expect(visits.filter { $0.phase == .new }.count == 3)
    #expect(visits.filter { $0.phase == .end }.count == 2)
    // All are in one.
    #expect(Set(visits.flatMap(\.objects)).count == 1301)
  }

  @Test func `a crowd is one visit, with as many as a line can name`() {
    let crowd = (10..<1110).map { Scenery.track($0, Scenery.box(Double($0 % 40) / 40, Double($0 / 40) / 40)) }
    let visits = visits(frames: 5) { _ in crowd }
    #expect(visits.map(\.phase) == [.new] && visits.first?.objects.count == 1000)
  }
}
