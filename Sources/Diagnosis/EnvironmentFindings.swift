import Foundation

/// Lists the environment variables of yolostream.
package enum EnvironmentFindings {
  /// Variables whose values are not secret.
  private static let harmless: Set<String> = ["YOLOSTREAM_CACHE", "YOLOSTREAM_MAX_ISA"]

  /// One finding for all of yolostream's variables; of possibly secret ones only the names.
  ///
  /// - Parameter variables: replaces those of the process, for tests.
  package static func variables(_ variables: [String: String]? = nil) -> Finding {
    let known = (variables ?? ProcessInfo.processInfo.environment).filter { $0.key.hasPrefix("YOLOSTREAM_") }.sorted {
      $0.key < $1.key
    }
    let text = known.map { harmless.contains($0.key) ? "\($0.key)=\($0.value)" : "\($0.key) (not shown)" }
    return Finding("environment", .good, text.isEmpty ? "no variable is set" : text.joined(separator: ", "))
  }
}
