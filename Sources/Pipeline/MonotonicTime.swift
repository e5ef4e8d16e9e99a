import Glibc

/// The clock that stages are timed by: it never jumps, and it has nothing to do with the time of day.
public enum MonotonicTime {
  /// Nanoseconds since some fixed moment of this boot (`CLOCK_MONOTONIC`).
  public static var nanoseconds: UInt64 {
    var reading = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &reading)
    return UInt64(reading.tv_sec) &* 1_000_000_000 &+ UInt64(reading.tv_nsec)
  }
}
