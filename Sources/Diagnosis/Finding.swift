import FFmpeg

/// The result of one check of this machine, with advice.
package struct Finding: Hashable, Sendable, Encodable {
  /// How much it matters.
  package enum State: String, Sendable, Encodable {
    /// As it should be.
    case good
    /// Something optional is missing or could be better.
    case notice
    /// Something does not work.
    case problem
  }

  /// The subject, such as `cameras`.
  package let area: String
  /// How much it matters.
  package let state: State
  /// What was found, in one sentence without credentials.
  package let fact: String
  /// What to do; `nil` if nothing.
  package let advice: String?

  /// A finding. Credentials in URLs are removed.
  package init(_ area: String, _ state: State, _ fact: String, advice: String? = nil) {
    self.area = area
    self.state = state
    self.fact = Redaction.redact(fact)
    self.advice = advice.map(Redaction.redact)
  }
}
