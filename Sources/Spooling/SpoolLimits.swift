/// How much a spool may hold. What is over a limit is dropped, the oldest first.
package struct SpoolLimits: Hashable, Sendable {
  /// Bytes of all its files.
  package var bytes: Int
  /// Seconds after which a record is not worth delivering.
  package var age: Double

  package init(bytes: Int = 100_000_000, age: Double = 7 * 86_400) {
    self.bytes = bytes
    self.age = age
  }

  /// Bytes of a segment, after which the next one is started: an eighth of all, so that dropping one costs little.
  var segmentBytes: Int { max(4096, min(4 << 20, bytes / 8)) }
}

/// What became of the records of a spool.
package struct SpoolReport: Hashable, Sendable {
  /// Records that wait to be acknowledged.
  package var waiting = 0
  /// Bytes of all files.
  package var bytes = 0
  /// Records dropped since it was opened because there were too many bytes.
  package var dropped = 0
  /// Records dropped since it was opened because they were too old.
  package var expired = 0

  package init() {}
}
