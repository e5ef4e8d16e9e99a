/// What outlives a restart: stationary objects, and the counts of lines. The host writes it down and gives it back.
package struct RulesState: Hashable, Sendable, Codable {
  /// Of this form.
  private(set) var version = 1
  /// The rules' time when it was saved.
  let now: Double
  let nextIdentity: Int
  let nextVisit: Int
  let totals: [LineTotal]
  /// Names of the zones and lines that objects have something to say about, in their order.
  let zones: [String]
  let lines: [String]
  let objects: [ObservedObject]

  /// Identities of its objects.
  package var identities: Set<Int> { Set(objects.map(\.identity)) }

  /// Whether it has the same objects and counts as `other`; times may differ.
  package func hasSameContent(as other: RulesState) -> Bool {
    totals == other.totals && objects.map(\.identity) == other.objects.map(\.identity)
  }
}

extension SceneRules {
  /// What is to outlive a restart.
  package var state: RulesState {
    RulesState(
      now: clock.now, nextIdentity: nextIdentity, nextVisit: visits.next, totals: counts.totals,
      zones: configuration.zones.map(\.name), lines: configuration.lines.map(\.name),
      objects: present.filter { $0.isReported && $0.isStationary })
  }

  /// Rules that go on from `state`, which was saved `elapsed` seconds before the first frame.
  ///
  /// The configuration may be another one: zones and lines go on by their names.
  package init(configuration: RulesConfiguration, restoring state: RulesState, after elapsed: Double) {
    self.configuration = configuration
    clock = SceneClock(resumingAt: state.now + max(0, elapsed))
    counts = LineCounts(state.totals)
    visits = VisitKeeper(next: state.nextVisit)
    nextIdentity = state.nextIdentity
    added = configuration.addedRules
    let stays = configuration.zones.map { state.zones.firstIndex(of: $0.name) }
    let watches = configuration.lines.map { state.lines.firstIndex(of: $0.name) }
    kept = state.objects.map { object in
      var object = object
      object.stays = stays.map { object.stays[at: $0] ?? ZoneStay() }
      object.watches = watches.map { object.watches[at: $0] ?? LineWatch() }
      // What they point at may be gone.
      object.crossings = []
      _ = object.takeExits()
      object.restoreArrival()
      return object
    }
  }
}

extension Array {
  fileprivate subscript(at index: Int?) -> Element? { index.flatMap { indices.contains($0) ? self[$0] : nil } }
}
