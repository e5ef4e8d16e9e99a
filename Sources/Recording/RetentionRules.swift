package import Settings

/// How long each recording is kept, and the facts about events that this depends on.
package struct RetentionRules: Sendable {
  /// Facts of the event history about recordings. If it fails, nothing is removed.
  package struct Knowledge: Sendable {
    /// Events that are marked as kept: names of all their files, and their identifiers.
    package var kept: @Sendable () throws -> Set<String>
    /// Those of the events that belong to an alert.
    package var alerts: @Sendable ([String]) throws -> Set<String>
    /// When there were alerts of a camera, in milliseconds since 1970, as far as they touch a span of time.
    package var alertSpans: @Sendable (String, ClosedRange<Int64>) throws -> [ClosedRange<Int64>]
    /// Files at these paths are gone.
    package var forget: @Sendable ([String]) -> Void

    package init(
      kept: @escaping @Sendable () throws -> Set<String>, alerts: @escaping @Sendable ([String]) throws -> Set<String>,
      alertSpans: @escaping @Sendable (String, ClosedRange<Int64>) throws -> [ClosedRange<Int64>] = { _, _ in [] },
      forget: @escaping @Sendable ([String]) -> Void
    ) {
      self.kept = kept
      self.alerts = alerts
      self.alertSpans = alertSpans
      self.forget = forget
    }
  }

  /// Settings by the name of the camera.
  package var cameras: [String: RetainSettings] = [:]
  /// Settings of continuous recordings by the name of the camera.
  package var continuous: [String: RecordSettings] = [:]
  /// `nil` where there is no history.
  package var knowledge: Knowledge?

  package init() {}

  /// Seconds for which the recording called `name` is kept; `nil` is for ever. `maxAge` is the limit of the storage.
  func age(of name: MediaName, maxAge: Double?, isAlert: (String) -> Bool) -> Double? {
    guard let settings = cameras[name.camera] else { return maxAge }
    let ofClass = settings.classes.first { MediaName.plain($0.name) == name.label }?.maxAge
    guard let usual = ofClass ?? settings.maxAge ?? maxAge else { return nil }
    guard let alerts = settings.alerts, alerts > usual, isAlert(name.identifier) else { return usual }
    return alerts
  }

  /// Seconds that any segment stays: until then an alert may be reported that it belongs to.
  static let shortestAge = 900.0

  /// Seconds that the segment called `name` stays; `nil` is for ever.
  func age(of name: SegmentName, maxAge: Double?, isAlert: Bool) -> Double? {
    guard let settings = continuous[name.camera] else { return maxAge }
    let usual = usualAge(of: name, settings)
    return isAlert ? max(usual, settings.alerts ?? 0) : usual
  }

  private func usualAge(of name: SegmentName, _ settings: RecordSettings) -> Double {
    max(settings.continuous ?? 0, name.content == .still ? 0 : settings.motion ?? 0, Self.shortestAge)
  }

  /// Those of `segments` that are old enough to be removed unless they show an alert, and do.
  func segmentsOfAlerts(among segments: [SegmentName], now: Int64) throws -> Set<SegmentName> {
    guard let knowledge else { return [] }
    var found: Set<SegmentName> = []
    for (camera, names) in Dictionary(grouping: segments, by: \.camera) {
      guard let settings = continuous[camera], let alerts = settings.alerts else { continue }
      let margin = (Int64(settings.preRoll * 1e3), Int64(settings.postRoll * 1e3))
      let due = names.compactMap { name -> (name: SegmentName, span: ClosedRange<Int64>)? in
        guard let (start, end) = name.span, Double(now - start) / 1e3 > usualAge(of: name, settings),
          Double(now - start) / 1e3 <= alerts
        else { return nil }
        // An alert begins some time before its object was seen, and ends later.
        return (name, start - margin.1...end + margin.0)
      }
      guard let first = due.map(\.span.lowerBound).min(), let last = due.map(\.span.upperBound).max() else { continue }
      let spans = try knowledge.alertSpans(camera, first...last)
      for (name, span) in due where spans.contains(where: { $0.overlaps(span) }) { found.insert(name) }
    }
    return found
  }
}
