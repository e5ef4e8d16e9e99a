import Foundation

/// The date and the time of day at which something happened, in a time zone.
struct LocalTime: Hashable, Sendable {
  /// Year, month and day as one number: 20261123.
  let day: Int
  /// Minutes since midnight.
  let minute: Int

  init(_ milliseconds: Int64, in zone: TimeZone) {
    let seconds = Double(milliseconds) / 1e3
    let local = Int64(seconds.rounded(.down)) + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)))
    let days = Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
    minute = Int(local - Int64(days) * 86_400) / 60
    day = Self.date(daysSince1970: days)
  }

  /// Year, month and day of the Gregorian calendar, by H. Hinnant's `civil_from_days`
  /// (https://howardhinnant.github.io/date_algorithms.html).
  private static func date(daysSince1970 days: Int) -> Int {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let calendarMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0)
    return year * 10_000 + calendarMonth * 100 + day
  }
}
