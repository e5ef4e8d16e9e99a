import Foundation

/// The recording time of footage, stated by its user, its metadata or its file name.
package enum FootageTime {
  /// Parses a date with time, such as `2026-11-23T18:39:27Z`, `2026-11-23 18:39:27` or `20261123T183927`, to
  /// milliseconds since 1970; `nil` if it is not one. Without a time zone, the local one is used.
  package static func milliseconds(_ text: String) -> Int64? { utc(text) ?? find(text, isWhole: true) }

  /// The same for the first such time in a file name, as recorders write it: `front_20261123_183927.mp4`,
  /// `2026-11-23_18-39-27.mkv`, `20261123T183927Z.mp4`.
  package static func milliseconds(inName name: String) -> Int64? { find(name, isWhole: false) }

  /// When the footage in the file called `name` was recorded, in milliseconds since 1970: by its name, else by the time that
  /// the container states, `nil` without both. A copy or another encoding has a new time in the container, and often the old name.
  package static func milliseconds(ofFile name: String, stated: String?) -> Int64? {
    milliseconds(inName: name) ?? stated.flatMap { milliseconds($0) }
  }

  /// Reads `2026-11-23T18:39:27.957Z` and `20261123T183927.957Z`, as this program writes times: lists have thousands of them,
  /// and a regular expression takes a hundred times as long. `nil` for any other form.
  private static func utc(_ text: String) -> Int64? {
    var rest = text.utf8[...]
    func number(_ places: Int) -> Int64? {
      let digits = rest.prefix(places)
      guard digits.count == places, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      rest = rest.dropFirst(places)
      return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
    func skip(_ character: UInt8) -> Bool {
      guard rest.first == character else { return false }
      rest = rest.dropFirst()
      return true
    }
    let (dash, colon) = (UInt8(ascii: "-"), UInt8(ascii: ":"))
    guard let year = number(4), (1990..<2200).contains(year) else { return nil }
    let hasSeparators = skip(dash)
    guard let month = number(2), (1...12).contains(month), !hasSeparators || skip(dash),
      let day = number(2), skip(UInt8(ascii: "T")), let hour = number(2), hour < 24, !hasSeparators || skip(colon),
      let minute = number(2), minute < 60, !hasSeparators || skip(colon), let second = number(2), second < 60
    else { return nil }
    var fraction: Int64 = 0
    if skip(UInt8(ascii: ".")) {
      guard let digits = number(3) else { return nil }
      fraction = digits
    }
    guard skip(UInt8(ascii: "Z")), rest.isEmpty else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length: Int64 = month == 2 ? isLeap ? 29 : 28 : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard (1...length).contains(day) else { return nil }
    // Years that begin in March have their odd day at their end (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let (years, months) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719_468
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction
  }

  private static func find(_ text: String, isWhole: Bool) -> Int64? {
    let pattern =
      /(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[-_ .T]?(\d\d)[-_.:]?(\d\d)[-_.:]?(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/
    for match in text.matches(of: pattern) {
      if isWhole, match.range != text.startIndex..<text.endIndex { continue }
      // A longer number is a counter, not a date.
      let before = text[..<match.range.lowerBound].last, after = text[match.range.upperBound...].first
      if before?.isNumber ?? false || after?.isNumber ?? false { continue }
      let words = match.output
      var parts = DateComponents()
      parts.calendar = Calendar(identifier: .gregorian)
      (parts.year, parts.month, parts.day) = (Int(words.1), Int(words.2), Int(words.3))
      (parts.hour, parts.minute, parts.second) = (Int(words.4), Int(words.5), Int(words.6))
      parts.timeZone = words.8.flatMap(zone) ?? .current
      guard (1990..<2200).contains(parts.year ?? 0), parts.isValidDate, let date = parts.date else { continue }
      let fraction = words.7.flatMap { Int64($0.padding(toLength: 3, withPad: "0", startingAt: 0)) } ?? 0
      return Int64(date.timeIntervalSince1970) * 1000 + fraction
    }
    return nil
  }

  /// `Z`, `+01:00` or `-0530`.
  private static func zone(_ text: Substring) -> TimeZone? {
    if text == "Z" { return TimeZone(secondsFromGMT: 0) }
    let digits = text.filter(\.isNumber)
    guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.suffix(2)), hours < 15, minutes < 60 else {
      return nil
    }
    return TimeZone(secondsFromGMT: (hours * 60 + minutes) * (text.hasPrefix("-") ? -60 : 60))
  }
}
