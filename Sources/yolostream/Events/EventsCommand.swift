import ArgumentParser

#if Full
import EventStore

extension EventStoreError: CodedFailure {
  var status: Int32 {
    switch code {
    case .invalidQuery: 64
    case .damaged: 65
    case .missing: 66
    case .inputOutput: 74
    }
  }
}

/// `yolostream events …`: the event history of a service.
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Query, follow and export events.",
    discussion: """
      Examples:
        yolostream events query -c yolostream.yml --label person --after 2h
        yolostream events query events.jsonl --type line --csv
        yolostream events tail -c yolostream.yml
        yolostream events export -c yolostream.yml --after 2026-11-23 > week.jsonl
        yolostream events rebuild -c yolostream.yml
      """,
    subcommands: [
      EventsQueryCommand.self, EventsTailCommand.self, EventsExportCommand.self, EventsRebuildCommand.self,
      EventsBenchCommand.self,
    ])
}
#endif
