/// The limits of a spool. The oldest records beyond a limit are dropped.
package struct SpoolLimits: Hashable, Sendable {
  /// Total size of all files in bytes.
  package var bytes: Int
  /// Age in seconds after which a record is dropped.
  package var age: Double

  package init(bytes: Int = 100_000_000, age: Double = 7 * 86_400) {
    self.bytes = bytes
    self.age = age
  }

  /// Size of a segment in bytes: an eighth of the limit, so that dropping one costs little.
  var segmentBytes: Int { max(4096, min(4 << 20, bytes / 8)) }
}

/// Counts of a spool's records.
package struct SpoolReport: Hashable, Sendable {
  /// Records not yet acknowledged.
  package var waiting = 0
  /// Total size of all files in bytes.
  package var bytes = 0
  /// Records dropped because of the size limit, since the spool was opened.
  package var dropped = 0
  /// Records dropped because of their age, since the spool was opened.
  package var expired = 0

  package init() {}
}
