import Foundation
import Glibc
import Scene

/// Where the times of a camera's events come from.
public enum EventClock: String, Hashable, Sendable {
  /// The source's own times, counted from 1970: the same file gives the same times, whenever it is looked at.
  case file
  /// The clock of the sender, where it says when a picture was taken; else the clock on the wall when it was received.
  case wall

  /// Milliseconds since 1970 at which the source was at `seconds`, as seen from the frame at `stamp`.
  ///
  /// - Parameters:
  ///   - usesSender: whether the sender's clock counts, where the frame has its time.
  ///   - zero: when a file was at 0 seconds.
  func milliseconds(at seconds: Double, from stamp: FrameStamp, usesSender: Bool, zero: Int64 = 0) -> Int64 {
    let taken = usesSender ? stamp.taken.map { Double($0) / 1e3 } : nil
    let exact: Double =
      switch self {
      case .file: seconds * 1e3 + Double(zero)
      case .wall: (taken ?? Self.received(stamp)) + (seconds - stamp.seconds) * 1e3
      }
    // Years 1970 to 9999.
    return Int64(min(max(exact.rounded(), 0), 253_402_300_799_999))
  }

  /// The time of day in milliseconds since 1970.
  package static var wallMilliseconds: Int64 {
    var wall = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &wall)
    return Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000
  }

  /// When the frame at `stamp` was received, in milliseconds since 1970.
  private static func received(_ stamp: FrameStamp) -> Double { wall(atMonotonic: stamp.arrival) }

  /// What the clock on the wall showed, in milliseconds since 1970, when the monotonic one showed `nanoseconds`.
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
    // The style cuts what lies beyond milliseconds; half a one keeps 0.2 from becoming 0.199.
    let date = Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1e3)
    return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

/// An identifier that sorts by time: a ULID, 48 bits of milliseconds and 80 more, in Crockford's base 32.
package struct SortableIdentifier: Hashable, CustomStringConvertible {
  let milliseconds: Int64
  /// The lower 64 of the 80 bits; the others are zero.
  let tail: UInt64

  /// One that nobody had before, at this time of day.
  package static var now: SortableIdentifier {
    SortableIdentifier(milliseconds: EventClock.wallMilliseconds, tail: .random(in: UInt64.min...UInt64.max))
  }

  package var description: String {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    func digits(_ value: UInt64, count: Int) -> String {
      String(
        (0..<count).reversed().map { place in
          place * 5 >= 64 ? "0" : alphabet[Int(truncatingIfNeeded: value >> UInt64(place * 5)) & 31]
        })
    }
    return digits(UInt64(clamping: milliseconds), count: 10) + digits(tail, count: 16)
  }
}
