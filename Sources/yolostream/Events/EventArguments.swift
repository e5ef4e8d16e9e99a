#if Full
import ArgumentParser
import EventStore
import Foundation
import Outputs
import Scene
import Settings

/// The place of events: the store of a service, or a log written by 'run --events'.
struct EventPlaceArguments: ParsableArguments {
  @Argument(help: "A store (.sqlite) or a log of events (.jsonl).") var file: String?
  @Option(
    name: [.short, .long], help: ArgumentHelp("The configuration of the service.", valueName: "file"))
  var config: String?

  func validate() throws {
    guard (file == nil) != (config == nil) else {
      throw ValidationError("expected either a file or -c with a configuration")
    }
  }

  /// Calls `body` with the opened store; a log is read into a store in memory. Exits with code 75 if lines of the log
  /// could not be read.
  func open(_ body: (EventDatabase) async throws -> Void) async throws {
    guard let file else {
      return try await body(EventDatabase(path: try EventPlaces(config: config ?? "").store, access: .readOnly))
    }
    guard try !Self.isStore(file) else { return try await body(EventDatabase(path: file, access: .readOnly)) }
    let database = try EventDatabase(inMemory: .current)
    let report = try database.read(logs: [file, EventHistory.marks(of: file)])
    if report.added == 0, report.unreadable == 0, Self.isLong(file) {
      throw EventStoreError(.damaged, "cannot read \(file): expected lines of events, got a line without an end")
    }
    if report.unreadable > 0 {
      print("yolostream: \(file): \(report.unreadable.counted("line")) could not be read", to: &StandardError.shared)
    }
    try await body(database)
    if report.unreadable > 0 { throw ExitCode(75) }
  }

  /// Adds what a log has received since; a store is filled by its service.
  func refresh(_ database: EventDatabase) throws {
    guard let file, try !Self.isStore(file) else { return }
    _ = try database.read(logs: [file, EventHistory.marks(of: file)])
  }

  /// Whether the file starts with SQLite's signature.
  private static func isStore(_ path: String) throws -> Bool {
    guard (try? FileManager.default.contentsOfDirectory(atPath: path)) == nil else {
      throw EventStoreError(.missing, "cannot read \(path): expected a file, this is a folder")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw EventStoreError(.missing, "cannot read \(path): \(isThere ? "permission denied" : "no such file")")
    }
    return try file.read(upToCount: 16)?.starts(with: Data("SQLite format 3".utf8)) ?? false
  }

  /// Whether the file is too large for a log without a complete line.
  private static func isLong(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int).flatMap(\.self) ?? 0 >= 1 << 16
  }
}

/// The files of a service's events, from its configuration.
struct EventPlaces {
  let log, store: String
  let media, footage: String?

  init(config path: String) throws(ConfigurationError) {
    let outputs = try ServiceConfiguration(path: path, environment: ServiceEnvironment(of: path).variables).outputs
    guard let log = outputs.eventLog, let store = outputs.eventStore else {
      throw ConfigurationError(
        .invalid, "\(path): events are not kept: expected outputs.events.jsonl or outputs.storage")
    }
    (self.log, self.store, media, footage) = (log, store, outputs.storage.path, outputs.events.footage)
  }
}

/// Conditions for events.
struct EventQueryArguments: ParsableArguments {
  @Option(help: "Name of the camera. Again for another: events of either.") var camera: [String] = []
  @Option(help: ArgumentHelp("Name of the class. Again for another.", valueName: "class")) var label: [String] = []
  @Option(help: "Name of a zone that the object was in. Again for another.") var zone: [String] = []
  @Option(
    help: "A type that one of the event's lines has: line, loiter, zone_enter, camera_down … Again for another.")
  var type: [String] = []
  @Option(help: ArgumentHelp("Began then or later: a date, a time, or how long ago, such as 2h.", valueName: "time"))
  var after: String?
  @Option(help: ArgumentHelp("Began before then.", valueName: "time")) var before: String?
  @Option(help: ArgumentHelp("Began in this part of a day.", valueName: "22:00-06:00")) var timeOfDay: String?
  @Option(help: "Least top score, 0 to 1.") var minScore: String?
  @Flag(inversion: .prefixedNo, help: "Whether there is a clip.") var hasClip: Bool?
  @Flag(inversion: .prefixedNo, help: "Whether it is marked as kept.") var kept: Bool?

  func query() throws -> EventQuery {
    var query = EventQuery()
    let words: [(String, [String?])] = [
      ("camera", camera), ("label", label), ("zone", zone), ("type", type), ("after", [after]), ("before", [before]),
      ("time_of_day", [timeOfDay]), ("min_score", [minScore]), ("has_clip", [hasClip.map { $0 ? "1" : "0" }]),
      ("kept", [kept.map { $0 ? "1" : "0" }]),
    ]
    for (name, texts) in words { for case let text? in texts { try query.set(name, text) } }
    return query
  }
}
#endif
