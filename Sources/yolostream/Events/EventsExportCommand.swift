#if Full
import ArgumentParser
import EventStore
import FFmpeg
import Foundation
import Outputs
import Recording

/// `yolostream events export`: all lines of events, as in the log, or what a camera recorded in a span of time.
struct EventsExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all lines of events, or a row of each as CSV; the newest event first.",
    discussion: """
      Examples:
        yolostream events export -c yolostream.yml --after 2026-11-23 > week.jsonl
        yolostream events export events.jsonl --label car --csv > cars.csv
        yolostream events export -c yolostream.yml --camera front --after 2h \\
          --before 1h --video hour.mp4

      With --video it writes what --camera recorded from --after to --before
      instead, by copying packets.
      """)

  @OptionGroup var place: EventPlaceArguments
  @OptionGroup(title: "Conditions") var conditions: EventQueryArguments
  @Flag(help: "Write comma-separated values, a row for each event.") var csv = false

  @Option(
    help: ArgumentHelp("Write the continuous recording of a camera to this file instead.", valueName: "file.mp4"))
  var video: String?

  @OptionGroup var overwriting: OverwriteArguments

  func validate() throws {
    guard video != nil else { return }
    guard conditions.camera.count == 1, conditions.after != nil, place.config != nil, !csv else {
      throw ValidationError("--video: expected -c, one --camera and --after, and no --csv")
    }
  }

  func run() async throws {
    guard let video else { return try await place.open(export) }
    try exportVideo(to: video)
  }

  /// Copies the recording. Exits with code 75 if it ends early, because the stream of the camera changed.
  private func exportVideo(to path: String) throws {
    try overwriting.expectNew(path)
    let query = try conditions.query()
    let camera = query.cameras.first ?? "", before = query.before ?? Int64(Date.now.timeIntervalSince1970 * 1e3)
    guard let media = try EventPlaces(config: place.config ?? "").media, let after = query.after, after < before,
      let export = RecordingExport(of: camera, after..<before, in: SegmentFolder(path: media))
    else { throw EventStoreError(.missing, "nothing was recorded by \(camera) then") }
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else { throw EventStoreError(.inputOutput, "cannot create \(path): expected a folder that can be written to") }
    do {
      while let bytes = try export.next() { try file.write(contentsOf: Data(bytes)) }
      try file.close()
    } catch let error as CocoaError {
      throw EventStoreError(.inputOutput, "cannot write \(path): \(error.localizedDescription)")
    } catch { throw EventStoreError(.inputOutput, "cannot write \(path): \(error)") }
    guard export.isCutShort else { return }
    print(
      "yolostream: \(path) ends early: the stream of \(camera) changed its size or codec", to: &StandardError.shared)
    throw ExitCode(75)
  }

  private func export(_ database: EventDatabase) async throws {
    if csv { print(EventTable.header, terminator: "") }
    try await database.forEach(try conditions.query()) { event in
      if csv {
        print(EventTable.line(event), terminator: "")
      } else {
        try await database.eachLine(of: event.id) { print($0) }
      }
    }
  }
}
#endif
