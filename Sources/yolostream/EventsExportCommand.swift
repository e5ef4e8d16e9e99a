#if Service
import ArgumentParser
import EventStore

/// `yolostream events export`: all lines of events, as in the log.
struct EventsExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all lines of events, or a row of each as CSV; the newest event first.",
    discussion: """
      Examples:
        yolostream events export -c yolostream.yml --after 2026-11-23 > week.jsonl
        yolostream events export events.jsonl --label car --csv > cars.csv
      """)

  @OptionGroup var place: EventPlaceArguments
  @OptionGroup(title: "Conditions") var conditions: EventQueryArguments
  @Flag(help: "Write comma-separated values, a row for each event.") var csv = false

  func run() async throws {
    try await place.open(export)
  }

  private func export(_ database: EventDatabase) async throws {
    if csv { print(EventTable.header, terminator: "") }
    var query = try conditions.query()
    query.limit = 1000
    while true {
      let page = try await database.events(query)
      for event in page.events {
        if csv {
          print(EventTable.line(event), terminator: "")
        } else {
          for line in try await database.event(event.id)?.lines ?? [] { print(line) }
        }
      }
      guard let next = page.next else { return }
      query.cursor = next
    }
  }
}
#endif
