import Foundation

/// A part of each day, in minutes since midnight. Where it ends before it begins, it goes past midnight.
package struct DayHours: Hashable, Sendable {
  /// First minute, and the one after the last.
  package let from, to: Int

  /// Reads `22:00-06:00`; `nil` for anything else.
  package init?(parsing text: String) {
    let minutes = text.split(separator: "-").map { part -> Int? in
      let numbers = part.trimmingCharacters(in: .whitespaces).split(separator: ":").map { Int($0) }
      guard numbers.count == 2, let hour = numbers[0], let minute = numbers[1], (0...24).contains(hour),
        (0..<60).contains(minute), hour * 60 + minute <= 1440
      else { return nil }
      return hour * 60 + minute
    }
    guard minutes.count == 2, let from = minutes[0], let to = minutes[1], from != to else { return nil }
    (self.from, self.to) = (from, to)
  }

  /// Whether the local time of day at `milliseconds` since 1970 is within.
  package func contains(_ milliseconds: Int64) -> Bool {
    let date = Date(timeIntervalSince1970: Double(milliseconds) / 1e3)
    let parts = Calendar.current.dateComponents([.hour, .minute], from: date)
    let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
    return from <= to ? (from..<to).contains(minute) : minute >= from || minute < to
  }
}
