internal import Scene

/// Which active objects make a visit.
package struct VisitSettings: Hashable, Sendable {
  /// A choice of objects.
  package struct Selection: Hashable, Sendable {
    /// Classes, by index; `nil` is all.
    package var classes: Set<Int>?
    /// Names of zones, one of which the object has to have been in; `nil` is anywhere.
    package var zones: Set<String>?

    /// All objects of `classes` that have been in one of `zones`.
    package init(classes: Set<Int>? = nil, zones: Set<String>? = nil) {
      self.classes = classes
      self.zones = zones
    }

    func includes(classID: Int, zones entered: [String]) -> Bool {
      (classes?.contains(classID) ?? true) && (zones.map { !$0.isDisjoint(with: entered) } ?? true)
    }
  }

  /// Objects that make a visit an alert.
  package var alerts = Selection()
  /// Objects that make a visit at all.
  package var detections = Selection()
  /// Seconds without an active object after which a visit is over.
  package var gap = 10.0
  /// Seconds after which a visit ends and the next begins: where something moves all day, each can still be watched.
  package var longest = 600.0

  /// Everything that moves is an alert.
  package init() {}

  func severity(classID: Int, zones: [String]) -> Visit.Severity? {
    if alerts.includes(classID: classID, zones: zones) { return .alert }
    return detections.includes(classID: classID, zones: zones) ? .detection : nil
  }
}

/// Groups active objects into visits.
struct VisitKeeper: Hashable, Sendable {
  /// An active object in one frame.
  struct Participant {
    let identity: Int
    let classID: Int
    /// All it has been in.
    let zones: [String]
  }

  /// Objects after which a visit ends and the next begins: each of its events names them all, and lines of logs have at most 64 kB.
  static let mostObjects = 500

  private(set) var next = 1
  /// With times of the rules' own clock.
  private var open: Visit?

  init(next: Int = 1) { self.next = next }

  /// Updates the visits with the active objects of the next frame; returns those that began, changed or ended.
  mutating func observe(_ active: [Participant], at now: Double, settings: VisitSettings) -> [Visit] {
    var visits: [Visit] = []
    if let open {
      // Of so many at the same time the next visit would be full as well.
      let isFull = open.objects.count >= Self.mostObjects && active.count < Self.mostObjects / 2
      let isOver = now - open.lastActive > settings.gap + timeTolerance || now - open.start > settings.longest
      if isFull || isOver { visits = finish() }
    }
    var hasGrown = false
    for participant in active {
      guard let severity = settings.severity(classID: participant.classID, zones: participant.zones) else { continue }
      var visit = open ?? begin(severity, at: now)
      visit.lastActive = now
      if visit.join(participant, severity: severity) { hasGrown = true }
      open = visit
    }
    if hasGrown, let open { visits.append(open) }
    open?.phase = .update
    return visits
  }

  private mutating func begin(_ severity: Visit.Severity, at now: Double) -> Visit {
    defer { next += 1 }
    return Visit(number: next, severity: severity, start: now)
  }

  /// Ends the visit, if there is one.
  mutating func finish() -> [Visit] {
    guard var visit = open else { return [] }
    open = nil
    visit.phase = .end
    return [visit]
  }
}

extension Visit {
  /// Adds a participant; returns whether the visit changed.
  fileprivate mutating func join(_ participant: VisitKeeper.Participant, severity: Severity) -> Bool {
    var hasGrown = severity > self.severity
    self.severity = max(severity, self.severity)
    if objects.count < 2 * VisitKeeper.mostObjects, objects.appendIfNew(participant.identity) { hasGrown = true }
    if classIDs.appendIfNew(participant.classID) { hasGrown = true }
    for zone in participant.zones where zones.appendIfNew(zone) { hasGrown = true }
    return hasGrown
  }
}

extension Array where Element: Equatable {
  /// Appends `element` unless it is there; whether it was new.
  fileprivate mutating func appendIfNew(_ element: Element) -> Bool {
    if contains(element) { return false }
    append(element)
    return true
  }
}
