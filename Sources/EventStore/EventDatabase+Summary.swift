import Foundation
import GRDB
import JSON
import Outputs

/// How many objects of one class began in front of one camera on one day.
package struct EventCount: Hashable, Sendable {
  /// `2026-11-23`, in the time zone of the store.
  package let day: String
  /// Name of the camera.
  package let camera: String
  /// Name of the class.
  package let label: String
  /// Objects.
  package let count: Int

  /// The count in JSON.
  package var json: String {
    "{\"day\":\(day.json),\"camera\":\(camera.json),\"label\":\(label.json),\"count\":\(count)}"
  }
}

extension EventDatabase {
  /// Counts by day, camera and class, the newest day first; whole days, from that of `after` to that of `before`. Throws
  /// `invalidQuery` for conditions other than these and camera and label.
  package func summary(_ query: EventQuery) async throws(EventStoreError) -> [EventCount] {
    var rest = query
    (rest.cameras, rest.labels, rest.after, rest.before, rest.limit) = ([], [], nil, nil, EventQuery().limit)
    guard rest == EventQuery() else {
      throw EventStoreError(.invalidQuery, "a summary is of camera, label, after and before, and of nothing else")
    }
    let first = query.after.map { LocalTime($0, in: zone).day } ?? 0
    // What ends at midnight does not have the day that begins then.
    let last = query.before.map { LocalTime($0 - 1, in: zone).day } ?? Int(Int32.max)
    return try await reading { db in
      var counts: [EventCount] = []
      var texts: [Int: String] = [:]
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT day, camera, label, count FROM day
          WHERE day BETWEEN ?1 AND ?2 AND \(Self.isAmong("camera", "?3")) AND \(Self.isAmong("label", "?4"))
          ORDER BY day DESC, camera, label
          """, arguments: [first, last, JSONValue.strings(query.cameras).text, JSONValue.strings(query.labels).text]
      )
      while let row = try rows.next() {
        let day = row[0] as Int
        let text = texts[day] ?? Self.text(ofDay: day)
        texts[day] = text
        counts.append(EventCount(day: text, camera: row[1], label: row[2], count: row[3]))
      }
      return counts
    }
  }

  /// Whether `column` is one of the names in the JSON array `names`, or there are none.
  static func isAmong(_ column: String, _ names: String) -> String {
    "(\(names) = '[]' OR \(column) IN (SELECT value FROM json_each(\(names))))"
  }

  /// `2026-11-23` for 20261123.
  private static func text(ofDay day: Int) -> String {
    [day / 10_000, day / 100 % 100, day % 100].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
  }
}
