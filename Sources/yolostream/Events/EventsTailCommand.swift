#if Full
import ArgumentParser
import EventStore
import Pipeline

/// `yolostream events tail`: follows the lines that are added to a store or a log.
struct EventsTailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail", abstract: "Show the last lines of the log, and follow it.",
    discussion: """
      Examples:
        yolostream events tail -c yolostream.yml
        yolostream events tail events.jsonl --lines 100 --once
      """)

  @OptionGroup var place: EventPlaceArguments
  @Option(name: [.short, .long], help: "Lines shown first.") var lines = 10
  @Flag(help: "Exit after the existing lines.") var once = false

  func validate() throws {
    guard lines >= 0 else { throw ValidationError("--lines \(lines): expected 0 or more") }
  }

  func run() async throws {
    try await place.open(follow)
  }

  private func follow(_ database: EventDatabase) async throws {
    var number = try await database.number(linesBeforeEnd: lines)
    func show() async throws {
      while true {
        let next = try await database.lines(after: number)
        for line in next { print(line.text) }
        try StandardOutput.flush()
        guard let last = next.last else { return }
        number = last.number
      }
    }
    try await show()
    guard !once else { return }
    for await _ in Ticker.beats(every: 0.5) {
      try place.refresh(database)
      try await show()
    }
  }
}
#endif
