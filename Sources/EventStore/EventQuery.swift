package import Foundation
package import Outputs
import Scene

/// A query of the store. Each condition restricts the result; without any it is all events, newest first. Where a condition
/// has several values, an event has to have one of them.
package struct EventQuery: Hashable, Sendable {
  /// Names of cameras; empty for all.
  package var cameras: [String] = []
  /// Names of classes; empty for all.
  package var labels: [String] = []
  /// Names of zones that the object was in; empty for any or none.
  package var zones: [String] = []
  /// Types that one of the event's lines has: `line`, `loiter`, `camera_down` …; empty for all.
  package var types: [String] = []
  /// The first and the first not to be included moment at which the event began, in milliseconds since 1970.
  package var after, before: Int64?
  /// When in the day it began, in the time zone of the store.
  package var timeOfDay: DayHours?
  /// Least top score.
  package var minScore: Double?
  /// Whether there is a clip.
  package var hasClip: Bool?
  /// Whether it was marked as kept.
  package var isKept: Bool?
  /// Events in one answer, 1...1000.
  package var limit = 100
  /// Where the answer goes on: the `next` of the one before.
  package var cursor: String?

  /// All events.
  package init() {}

  /// Names of conditions, as addresses and the command line have them.
  package static let names = [
    "camera", "label", "zone", "type", "after", "before", "time_of_day", "min_score", "has_clip", "kept", "limit",
    "cursor",
  ]

  /// Sets the condition called `name` by its text. Fails with `invalidQuery` for an unknown name or a value that cannot be.
  /// A camera, label, zone or type is one more; anything else takes the place of what was there.
  ///
  /// - Parameter now: what `after=2h` is counted from.
  package mutating func set(_ name: String, _ text: String, now: Date = .now) throws(EventStoreError) {
    func value<Value>(_ value: Value?, _ expected: String) throws(EventStoreError) -> Value {
      guard let value else {
        throw EventStoreError(.invalidQuery, "\(name): expected \(expected), got \(text.prefix(80))")
      }
      return value
    }
    let moment = "a date, a time such as 2026-11-23T18:39:27Z, or how long ago it was, such as 2h"
    switch name {
    case "camera": try add(text, to: \.cameras)
    case "label": try add(text, to: \.labels)
    case "zone": try add(text, to: \.zones)
    case "type": try add(text, to: \.types)
    case "after": after = try value(EventMoment.milliseconds(text, now: now), moment)
    case "before": before = try value(EventMoment.milliseconds(text, now: now), moment)
    case "time_of_day":
      timeOfDay = try value(DayHours(parsing: text), "a part of the day such as 22:00-06:00")
    case "min_score":
      minScore = try value(Double(text).flatMap { (0...1).contains($0) ? $0 : nil }, "a score from 0 to 1")
    case "has_clip": hasClip = try value(Self.truth(text), "0 or 1")
    case "kept": isKept = try value(Self.truth(text), "0 or 1")
    case "limit": limit = try value(Int(text).flatMap { (1...1000).contains($0) ? $0 : nil }, "1 to 1000")
    case "cursor":
      cursor = try value(EventIdentifier.isValid(text) ? text : nil, "the next of an earlier answer")
    default:
      throw EventStoreError(
        .invalidQuery, "there is no condition \(name.prefix(40)): expected one of \(Self.names.joined(separator: ", "))"
      )
    }
  }

  /// Most choices of a camera, label, zone and type that one query looks up.
  private static let mostChoices = 256

  private mutating func add(_ text: String, to names: WritableKeyPath<EventQuery, [String]>) throws(EventStoreError) {
    guard !self[keyPath: names].contains(text) else { return }
    self[keyPath: names].append(text)
    guard choices.count <= Self.mostChoices else {
      throw EventStoreError(
        .invalidQuery, "expected at most \(Self.mostChoices) combinations of cameras, labels, zones and types")
    }
  }

  private static func truth(_ text: String) -> Bool? {
    switch text {
    case "1", "true", "yes": true
    case "0", "false", "no": false
    default: nil
    }
  }
}

/// Moments as people write them.
package enum EventMoment {
  /// Milliseconds since 1970 of a date and time, a date (its midnight), or a time before `now` such as `2h`.
  package static func milliseconds(_ text: String, now: Date = .now) -> Int64? {
    if let moment = FootageTime.milliseconds(text) ?? FootageTime.milliseconds(text + "T00:00:00") { return moment }
    // A number alone would be seconds ago, which nobody means.
    guard Double(text) == nil, let ago = Seconds(parsing: text)?.value, ago <= 3.2e9 else { return nil }
    return Int64(((now.timeIntervalSince1970 - ago) * 1e3).rounded())
  }
}
