import Foundation

/// The variables that change what the program does.
public enum EnvironmentFindings {
  /// Those whose values are no secrets.
  private static let harmless: Set<String> = ["YOLOSTREAM_CACHE", "YOLOSTREAM_MAX_ISA"]

  /// One finding for all variables of yolostream in `variables`; of those that may be secrets, the names only.
  ///
  /// - Parameter variables: instead of those of this process.
  public static func variables(_ variables: [String: String]? = nil) -> Finding {
    let known = (variables ?? ProcessInfo.processInfo.environment).filter { $0.key.hasPrefix("YOLOSTREAM_") }.sorted {
      $0.key < $1.key
    }
    let text = known.map { harmless.contains($0.key) ? "\($0.key)=\($0.value)" : "\($0.key) (not shown)" }
    return Finding("environment", .good, text.isEmpty ? "no variable is set" : text.joined(separator: ", "))
  }
}
