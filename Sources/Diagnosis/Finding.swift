import FFmpeg

/// One thing that was looked for on this machine: what is there, and what to do if that is not enough.
public struct Finding: Hashable, Sendable, Encodable {
  /// How much it matters.
  public enum State: String, Sendable, Encodable {
    /// As it should be.
    case good
    /// Something is missing that not everybody needs, or could be better.
    case notice
    /// Something does not work.
    case problem
  }

  /// What it is about, such as `cameras`.
  public let area: String
  /// How much it matters.
  public let state: State
  /// What is there, in one sentence without credentials.
  public let fact: String
  /// What to do; `nil` where nothing is to be done.
  public let advice: String?

  /// A finding. Credentials in URLs are taken out of its texts.
  public init(_ area: String, _ state: State, _ fact: String, advice: String? = nil) {
    self.area = area
    self.state = state
    self.fact = Redaction.redact(fact)
    self.advice = advice.map(Redaction.redact)
  }
}
