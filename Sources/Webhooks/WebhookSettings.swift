package import Outputs

/// Where and when a webhook is called.
package struct WebhookSettings: Hashable, Sendable {
  /// Which event of an object is sent.
  package enum Moment: String, Hashable, Sendable, CaseIterable {
    /// The first that shows it active: its start at once, or what stood there when the camera started begins to move.
    case first
    /// Its end, when it has an image.
    case snapshot
    /// Its end.
    case end
  }

  /// Its name.
  package var name: String
  /// The address that is called; holds secrets often.
  package var url: String
  /// Headers that are sent too.
  package var headers: [String: String] = [:]
  /// Key of the signature; `nil` signs nothing.
  package var secret: String?
  /// What is sent.
  package var template = WebhookTemplate.json
  /// Whether the image is sent, as a part of its own, where there is one.
  package var sendsImage = false

  /// Cameras, classes, zones or lines, kinds of events and severities that it is for; `nil` is all.
  package var cameras, labels, places, types, severities: Set<String>?
  /// Which event of an object, where no kinds are named.
  package var moment = Moment.first
  /// When it is called; `nil` is always.
  package var hours: DayHours?
  /// Seconds for which it is silent about a class at a camera after it was called for it.
  package var cooldown = 0.0
  /// Whether an object is reported once only.
  package var isOncePerObject = false

  /// A webhook that calls `url`.
  package init(name: String, url: String) {
    self.name = name
    self.url = url
  }
}

/// Decides which events a webhook is called for, and remembers when it was. A value without a clock.
struct WebhookRule {
  private let settings: WebhookSettings
  private var lastCalls: [String: Int64] = [:]
  /// Objects that were reported, the latest last.
  private var reported: [String] = []

  init(_ settings: WebhookSettings) { self.settings = settings }

  /// Whether the webhook is called for `event`.
  mutating func takes(_ event: WebhookEvent) -> Bool {
    guard Self.allows(settings.cameras, [event.camera]),
      Self.allows(settings.labels, [event.label].compactMap(\.self) + event.visitors),
      Self.allows(settings.places, event.places),
      Self.allows(settings.severities, [event.severity].compactMap(\.self)), isOfMoment(event),
      settings.hours?.contains(event.milliseconds) ?? true
    else { return false }
    if settings.isOncePerObject, reported.contains(event.object) { return false }
    let key = "\(event.camera)/\(event.label ?? "")"
    // Also of a call that lies ahead: the clock may have been set back since.
    if let last = lastCalls[key], abs(Double(event.milliseconds - last)) / 1e3 < settings.cooldown { return false }
    lastCalls[key] = event.milliseconds
    if settings.isOncePerObject {
      reported.append(event.object)
      if reported.count > 1000 { reported.removeFirst() }
    }
    return true
  }

  private func isOfMoment(_ event: WebhookEvent) -> Bool {
    if let types = settings.types { return types.contains(event.type) }
    switch settings.moment {
    // An update with an image repeats all that the event had.
    case .first: return event.isArrival && ["start", "active"].contains(event.type)
    case .end: return event.type == "end"
    case .snapshot: return event.type == "end" && event.snapshot != nil
    }
  }

  private static func allows(_ wanted: Set<String>?, _ names: [String]) -> Bool {
    wanted.map { !$0.isDisjoint(with: names) } ?? true
  }
}
