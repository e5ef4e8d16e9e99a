import Glibc

/// The monotonic clock, which times stages: it never jumps and is unrelated to the time of day.
package enum MonotonicTime {
  /// Nanoseconds since an arbitrary moment (`CLOCK_MONOTONIC`).
  package static var nanoseconds: UInt64 {
    var reading = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &reading)
    return UInt64(reading.tv_sec) &* 1_000_000_000 &+ UInt64(reading.tv_nsec)
  }
}
