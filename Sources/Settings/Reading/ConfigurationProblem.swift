/// One thing that is wrong with a configuration.
struct ConfigurationProblem: Error, Hashable, Sendable {
  /// Line of the file, counted from 1.
  let line: Int?
  /// What was expected and what is there. Shows values as they are written, before secrets are put in.
  let message: String
}

/// All that is wrong, collected while reading goes on: a user mends a file once, not once a mistake.
struct ConfigurationProblems: Sendable {
  private(set) var all: [ConfigurationProblem] = []

  mutating func note(_ problem: ConfigurationProblem) { all.append(problem) }

  /// What `work` gives, or `nil` with its problem noted.
  mutating func attempt<Value>(_ work: () throws(ConfigurationProblem) -> Value) -> Value? {
    do throws(ConfigurationProblem) { return try work() } catch {
      note(error)
      return nil
    }
  }

  /// The error that tells them, in the order of the file at `path`; `nil` if there are none.
  func error(path: String) -> ConfigurationError? {
    guard !all.isEmpty else { return nil }
    let lines = all.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
      .map { "\(path):\($0.element.line.map { "\($0): " } ?? " ")\($0.element.message)" }
    return ConfigurationError(.invalid, lines.joined(separator: "\n"))
  }
}
