#if Full
import ArgumentParser
import EventStore
import Outputs
import Recording
import Scene

/// `yolostream events rebuild`: rebuilds the store from logs and recordings.
struct EventsRebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Build the store again from the logs of events and from the recordings.",
    discussion: """
      The service may run meanwhile; it builds a store that is missing or damaged by itself. Recordings whose lines are no
      longer there become events of the type 'recording'.

      Example:
        yolostream events rebuild -c yolostream.yml
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("The configuration of the service.", valueName: "file"))
  var config: String

  func run() async throws {
    let places = try EventPlaces(config: config)
    let database = try EventDatabase(path: places.store, access: .readWrite)
    try database.clear()
    let report = try database.read(logs: [places.log, EventHistory.marks(of: places.log)], folder: places.footage)
    var found = 0
    if let media = places.media {
      // The service may record while the folder is read.
      let named = try database.namedFiles()
      let recordings = FoundRecording.all(in: media)
      found = try database.adopt(recordings.flatMap(\.lines))
      if !recordings.isEmpty {
        _ = try database.forgetFiles(otherThan: Set(recordings.flatMap(\.files)), among: named)
      }
    }
    let size = try await database.size()
    print(
      "\(places.store): \(size.lines.counted("line")) of \(size.events.counted("event"))"
        + (report.unreadable > 0 ? "; \(report.unreadable.counted("line")) could not be read" : "")
        + (found > 0 ? "; \(found.counted("event")) known from recordings alone" : ""))
    database.close()
  }
}
#endif
