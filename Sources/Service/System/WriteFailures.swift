/// Finds out, looking now and then, that something can no longer be written, or can again: each is to be said once.
struct WriteFailures {
  /// What is written, in the plural.
  let what: String
  private var failures = 0, successes = 0
  private var isOn = false

  init(_ what: String) { self.what = what }

  /// The line to log, if there is one, now that so many writes have failed, the last one for `reason`, and so many
  /// have not.
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
