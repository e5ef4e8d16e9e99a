import Foundation
import Glibc
import Scene

/// The clock of a camera's events.
package enum EventClock: String, Hashable, Sendable {
  /// The source's own times, counted from 1970 or from a given date: the same file always gives the same times.
  case file
  /// The sender's clock if it reports capture times, else the wall clock at reception.
  case wall

  /// Wall-clock time at `seconds` of the source, in milliseconds since 1970, computed from the frame at `stamp`.
  ///
  /// - Parameters:
  ///   - usesSender: whether to use the sender's clock, if the frame has its time.
  ///   - zero: time of second 0 of a file.
  func milliseconds(at seconds: Double, from stamp: FrameStamp, usesSender: Bool, zero: Int64 = 0) -> Int64 {
    let taken = usesSender ? stamp.taken.map { Double($0) / 1e3 } : nil
    let exact: Double =
      switch self {
      case .file: seconds * 1e3 + Double(zero)
      case .wall: (taken ?? Self.received(stamp)) + (seconds - stamp.seconds) * 1e3
      }
    // Limited to the years 1970 to 9999.
    return Int64(min(max(exact.rounded(), 0), 253_402_300_799_999))
  }

  /// Wall-clock time in milliseconds since 1970.
  package static var wallMilliseconds: Int64 {
    var wall = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &wall)
    return Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000
  }

  /// When the frame at `stamp` was received, in milliseconds since 1970.
  private static func received(_ stamp: FrameStamp) -> Double { wall(atMonotonic: stamp.arrival) }

  /// Wall-clock time, in milliseconds since 1970, at a time of the monotonic clock.
  package static func wallMilliseconds(atMonotonic nanoseconds: UInt64) -> Int64 {
    Int64(wall(atMonotonic: nanoseconds).rounded())
  }

  private static func wall(atMonotonic nanoseconds: UInt64) -> Double {
    var wall = timespec(), monotonic = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &wall)
    unsafe clock_gettime(CLOCK_MONOTONIC, &monotonic)
    let now = Double(wall.tv_sec) * 1e3 + Double(wall.tv_nsec) / 1e6
    let age = Double(monotonic.tv_sec) * 1e3 + Double(monotonic.tv_nsec) / 1e6 - Double(nanoseconds) / 1e6
    return now - age
  }

  /// `2026-11-23T18:39:27.957Z`.
  package static func text(_ milliseconds: Int64) -> String {
    // The formatter truncates to milliseconds; half a millisecond more keeps 0.2 from becoming 0.199.
    let date = Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1e3)
    return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

extension FrameStamp {
  /// Seconds by which the sender's clock is ahead of this machine's; `nil` if the sender does not report its time.
  package var skew: Double? {
    taken.map { Double($0) / 1e6 - Double(EventClock.wallMilliseconds(atMonotonic: arrival)) / 1e3 }
  }
}

/// An identifier that sorts by time: a ULID (48 bits of milliseconds and 80 more bits) in Crockford's base 32.
package struct SortableIdentifier: Hashable, CustomStringConvertible {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  let milliseconds: Int64
  /// The lower 64 of the 80 bits; the others are zero.
  let tail: UInt64

  package init(milliseconds: Int64, tail: UInt64) {
    self.milliseconds = milliseconds
    self.tail = tail
  }

  /// A new identifier for the current time.
  package static var now: SortableIdentifier {
    SortableIdentifier(milliseconds: EventClock.wallMilliseconds, tail: .random(in: UInt64.min...UInt64.max))
  }

  /// The least identifier of what began at `milliseconds` or later.
  package static func least(at milliseconds: Int64) -> String {
    SortableIdentifier(milliseconds: min(max(milliseconds, 0), 1 << 48 - 1), tail: 0).description
  }

  /// Whether `text` is an identifier.
  package static func isValid(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 26 && text.utf8.allSatisfy { alphabet.contains($0) }
  }

  /// The time in the identifier `text`, in milliseconds since 1970; `nil` for what is none.
  package static func milliseconds(_ text: String) -> Int64? {
    guard isValid(text) else { return nil }
    return text.utf8.prefix(10).reduce(0) { $0 << 5 | Int64(alphabet.firstIndex(of: $1) ?? 0) }
  }

  package var description: String {
    func digits(_ value: UInt64, count: Int) -> [UInt8] {
      (0..<count).reversed().map { place in
        let shift: Int = place * 5
        let five: UInt64 = shift < 64 ? (value >> UInt64(shift)) & 31 : 0
        return Self.alphabet[Int(five)]
      }
    }
    return String(decoding: digits(UInt64(clamping: milliseconds), count: 10) + digits(tail, count: 16), as: UTF8.self)
  }
}
