/// One problem of a configuration.
struct ConfigurationProblem: Error, Hashable, Sendable {
  /// Line of the file, counted from 1.
  let line: Int?
  /// What was expected and found. Values are quoted as written, before variables are replaced.
  let message: String
}

/// Collects all problems while reading continues, so that a user can fix a file in one go.
struct ConfigurationProblems: Sendable {
  private(set) var all: [ConfigurationProblem] = []

  mutating func note(_ problem: ConfigurationProblem) { all.append(problem) }

  /// The result of `work`, or `nil` after noting its problem.
  mutating func attempt<Value>(_ work: () throws(ConfigurationProblem) -> Value) -> Value? {
    do throws(ConfigurationProblem) { return try work() } catch {
      note(error)
      return nil
    }
  }

  /// One error with all problems, in the order of the file at `path`; `nil` if there are none.
  func error(path: String) -> ConfigurationError? {
    guard !all.isEmpty else { return nil }
    let lines = all.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
      .map { "\(path):\($0.element.line.map { "\($0): " } ?? " ")\($0.element.message)" }
    return ConfigurationError(.invalid, lines.joined(separator: "\n"))
  }
}
