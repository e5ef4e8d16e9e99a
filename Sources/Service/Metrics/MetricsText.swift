import Outputs
import Pipeline
import Settings

/// Writes metrics in Prometheus' text format (version 0.0.4).
struct MetricsText {
  /// Type of a family.
  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  /// Bounds of the buckets of times, in seconds.
  static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  /// Starts a family of metrics called `yolostream_name`; names with `process_` stay as they are.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(Self.full(name)) \(help)\n# TYPE \(Self.full(name)) \(kind.rawValue)\n"
  }

  /// One number of the family `name`.
  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
    text += "\(Self.full(name))\(Self.braces(labels)) \(value.brief)\n"
  }

  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
    sample(name, labels, Double(value))
  }

  /// The one number of the family `name`.
  mutating func sample(_ name: String, _ value: Double) { sample(name, [], value) }
  mutating func sample(_ name: String, _ value: Int) { sample(name, [], Double(value)) }

  /// All numbers of one histogram of times.
  mutating func histogram(_ name: String, _ labels: [(String, String)], _ times: DurationHistogram) {
    for bound in Self.bounds {
      sample(name + "_bucket", labels + [("le", bound.brief)], Int(times.count(upTo: UInt64(bound * 1e9))))
    }
    sample(name + "_bucket", labels + [("le", "+Inf")], Int(times.count))
    sample(name + "_sum", labels, times.total.seconds)
    sample(name + "_count", labels, Int(times.count))
  }

  private static func full(_ name: String) -> String { name.hasPrefix("process_") ? name : "yolostream_" + name }

  private static func braces(_ labels: [(String, String)]) -> String {
    labels.isEmpty ? "" : "{\(labels.map { "\($0)=\(quoted($1))" }.joined(separator: ","))}"
  }

  /// The format has only three escapes.
  private static func quoted(_ value: String) -> String {
    var result = "\""
    for character in value {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}
