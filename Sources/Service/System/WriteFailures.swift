/// Detects by repeated checks that writes start to fail or succeed again; reports each change once.
struct WriteFailures {
  /// What is written, in the plural.
  let what: String
  private var failures = 0, successes = 0
  private var isOn = false

  init(_ what: String) { self.what = what }

  /// The line to log, if any, for the present counts of failed and successful writes; `reason` is that of the last failure.
  mutating func line(failures: Int, successes: Int, reason: String?) -> LogLine? {
    defer { (self.failures, self.successes) = (failures, successes) }
    if failures > self.failures {
      defer { isOn = true }
      return isOn ? nil : LogLine(.error, "\(what) are lost: \(reason ?? "cannot write")")
    }
    guard isOn, successes > self.successes else { return nil }
    isOn = false
    return LogLine(.info, "\(what) are written again")
  }
}
