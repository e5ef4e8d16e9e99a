#if Full
import ArgumentParser
import EventStore
import Foundation
import Glibc

/// `yolostream events query`: matching events, newest first.
struct EventsQueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Show events, the newest first: a table on a terminal, otherwise JSON lines.",
    discussion: """
      Examples:
        yolostream events query -c yolostream.yml --label person --after 2h
        yolostream events query events.jsonl --type line --csv > lines.csv

      Exit codes: 0 done, 64 usage, 65 no log or store, 66 no such file, 74 reading failed, 75 lines of a log could not be \
      read.
      """)

  @OptionGroup var place: EventPlaceArguments
  @OptionGroup(title: "Conditions") var conditions: EventQueryArguments
  @Option(help: "Most events to show.") var limit = 100
  @Flag(help: "Write comma-separated values.") var csv = false
  @Flag(help: "Write JSON lines on a terminal, too.") var json = false

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit \(limit): expected 1 or more") }
    if csv && json { throw ValidationError("expected either --csv or --json") }
  }

  func run() async throws {
    let isTable = !csv && !json && isatty(STDOUT_FILENO) == 1
    try await place.open { database in
      if csv { print(EventTable.header, terminator: "") }
      if isTable { print(EventRow.header) }
      try await database.forEach(try conditions.query(), limit: limit) { event in
        if csv {
          print(EventTable.line(event), terminator: "")
        } else {
          print(isTable ? EventRow.text(of: event) : event.json)
        }
      }
    }
  }
}

/// An event as a row of a table: local time, seconds, aligned columns.
private enum EventRow {
  static let header = row("TIME", "CAMERA", "CLASS", "LENGTH", "SCORE", "ZONES", "ID")

  static func text(of event: StoredEvent) -> String {
    let time = Date(timeIntervalSince1970: Double(event.start) / 1e3)
    let style = Date.ISO8601FormatStyle(timeZone: .current).year().month().day().dateTimeSeparator(.space)
      .time(includingFractionalSeconds: false)
    return row(
      time.formatted(style), event.camera, event.label ?? event.types.joined(separator: " "),
      event.seconds.map { String(format: "%.1f s", $0) } ?? "", String(format: "%.2f", event.score),
      event.zones.joined(separator: " "), event.id)
  }

  private static func row(_ columns: String...) -> String {
    zip(columns, [19, 12, 14, 8, 5, 12, 0]).map { $0.padded($1) }.joined(separator: "  ")
  }
}

extension EventDatabase {
  /// Calls `body` with the matching events, page by page; at most `limit`.
  func forEach(_ query: EventQuery, limit: Int = .max, _ body: (StoredEvent) async throws -> Void) async throws {
    var query = query
    var rest = limit
    while rest > 0 {
      query.limit = min(rest, 1000)
      let page = try await events(query)
      for event in page.events { try await body(event) }
      rest -= page.events.count
      guard let next = page.next else { return }
      query.cursor = next
    }
  }
}
#endif
