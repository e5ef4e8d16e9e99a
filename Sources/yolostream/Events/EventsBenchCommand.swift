#if Full
import ArgumentParser
import EventStore
import Foundation
import Outputs
import Pipeline
import Scene

/// `yolostream events bench`: measures queries on a large store.
struct EventsBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time queries on a store of synthetic events.",
    discussion: """
      A log of so many lines is written into a folder, a store is built from it, and each kind of query runs again and
      again with values that change. A store that is there is used again.

      Example:
        yolostream events bench --folder /var/tmp/events --lines 100000
      """)

  @Option(help: "Lines of the log.") var lines = 1_000_000
  @Option(help: ArgumentHelp("Folder for the log and the store.", valueName: "dir")) var folder: String
  @Option(help: "Number of times each kind of query runs.") var rounds = 300

  func validate() throws {
    guard lines > 0, rounds > 0 else { throw ValidationError("expected lines and rounds above 0") }
  }

  func run() async throws {
    try OutputFolder.make(folder)
    let log = "\(folder)/events.jsonl", path = "\(folder)/events.sqlite"
    if !FileManager.default.fileExists(atPath: log) { try SyntheticLog.write(lines: lines, to: log) }
    let start = MonotonicTime.nanoseconds
    let database = try EventDatabase(path: path, access: .readWrite)
    let report = try database.read(logs: [log])
    let seconds = Double(MonotonicTime.nanoseconds - start) / 1e9
    let size = try await database.size()
    print(
      "\(size.lines.counted("line")) of \(size.events.counted("event")); \(report.added) read in \(String(format: "%.1f", seconds)) s"
    )
    print("query                              median      p99      max   (ms, \(rounds) times each)")
    var random = SeededNumbers(state: 1)
    for kind in QueryKind.all {
      var times: [Double] = []
      for _ in 0..<rounds {
        let query = try kind.make(&random)
        let start = MonotonicTime.nanoseconds
        try await kind.run(database, query)
        times.append(Double(MonotonicTime.nanoseconds - start) / 1e6)
      }
      times.sort()
      let figures = [
        times[times.count / 2], times[min(times.count - 1, times.count * 99 / 100)], times[times.count - 1],
      ]
      print(
        kind.name.padding(toLength: 32, withPad: " ", startingAt: 0)
          + figures.map { String(format: "%9.2f", $0) }.joined())
    }
    database.close()
  }
}

/// Reproducible random numbers (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A kind of query with random values.
private struct QueryKind: Sendable {
  let name: String
  let make: @Sendable (inout SeededNumbers) throws -> EventQuery
  let run: @Sendable (EventDatabase, EventQuery) async throws -> Void

  private init(
    _ name: String,
    run: @escaping @Sendable (EventDatabase, EventQuery) async throws -> Void = { _ = try await $0.events($1) },
    _ make: @escaping @Sendable (inout SeededNumbers) throws -> [String: String]
  ) {
    self.name = name
    self.run = run
    self.make = { random in
      var query = EventQuery()
      for (name, value) in try make(&random) { try query.set(name, value) }
      return query
    }
  }

  private static func moment(_ random: inout SeededNumbers) -> Int64 {
    SyntheticLog.start + Int64.random(in: 0..<SyntheticLog.span, using: &random)
  }

  private static func day(_ random: inout SeededNumbers) -> [String: String] {
    let start = moment(&random)
    return ["after": EventClock.text(start), "before": EventClock.text(start + 86_400_000)]
  }

  private static func camera(_ random: inout SeededNumbers) -> String { SyntheticLog.camera(&random) }
  private static func label(_ random: inout SeededNumbers) -> String {
    SyntheticLog.labels.randomElement(using: &random) ?? ""
  }

  static let all = [
    QueryKind("the newest") { _ in [:] },
    QueryKind("before any moment") { ["before": EventClock.text(moment(&$0))] },
    QueryKind("camera") { ["camera": camera(&$0)] },
    QueryKind("label") { ["label": label(&$0)] },
    QueryKind("camera, label, a day") { day(&$0).merging(["camera": camera(&$0), "label": label(&$0)]) { $1 } },
    QueryKind("zone") { ["zone": "zone\(Int.random(in: 0..<6, using: &$0))"] },
    QueryKind("zone, label") {
      ["zone": "zone\(Int.random(in: 0..<6, using: &$0))", "label": label(&$0)]
    },
    QueryKind("type=line, camera") { ["type": "line", "camera": camera(&$0)] },
    QueryKind("type=loiter, label") { ["type": "loiter", "label": label(&$0)] },
    QueryKind("type=end, before") { ["type": "end", "before": EventClock.text(moment(&$0))] },
    QueryKind("time of day, 10 minutes") { random in
      let minute = Int.random(in: 0..<1430, using: &random)
      let words = [minute, minute + 10].map { String(format: "%02d:%02d", $0 / 60, $0 % 60) }
      return ["time_of_day": words.joined(separator: "-")]
    },
    QueryKind("night, camera, label") {
      ["time_of_day": "22:00-06:00", "camera": camera(&$0), "label": label(&$0)]
    },
    QueryKind("min_score") { ["min_score": String(format: "%.2f", Double.random(in: 0.5...1, using: &$0))] },
    QueryKind("min_score=0.99, camera") { ["min_score": "0.99", "camera": camera(&$0)] },
    QueryKind("has_clip, zone") { ["has_clip": "1", "zone": "zone\(Int.random(in: 0..<6, using: &$0))"] },
    QueryKind("no clip, camera") { ["has_clip": "0", "camera": camera(&$0)] },
    QueryKind("kept") { _ in ["kept": "1"] },
    QueryKind("everything") {
      day(&$0).merging([
        "camera": camera(&$0), "label": label(&$0), "zone": "zone1", "type": "zone_enter", "min_score": "0.6",
        "has_clip": "1", "time_of_day": "06:00-18:00",
      ]) { $1 }
    },
    QueryKind("limit=1000") { ["limit": "1000", "camera": camera(&$0)] },
    QueryKind("visits of a camera, objects", run: { _ = try await $0.visits($1) }) {
      ["camera": camera(&$0), "limit": "50"]
    },
    // What the page's strip of a day asks for.
    QueryKind("visits of a day", run: { _ = try await $0.visits($1, withObjects: false) }) {
      day(&$0).merging(["limit": "1000"]) { $1 }
    },
    QueryKind("summary, all", run: { _ = try await $0.summary($1) }) { _ in [:] },
    QueryKind("summary, camera", run: { _ = try await $0.summary($1) }) { ["camera": camera(&$0)] },
    QueryKind("summary by hour, camera, a day", run: { _ = try await $0.hours($1) }) {
      day(&$0).merging(["camera": camera(&$0)]) { $1 }
    },
  ]
}
#endif
