import ArgumentParser
import Inference
import Settings

@main
struct YoloStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yolostream", abstract: "Real-time object detection in video on a computer without a GPU.",
    discussion: """
      Examples:
        yolostream street.mp4 -o annotated.mp4
        yolostream --rtsp rtsp://camera/stream --events events.jsonl
        yolostream 0 --events events.jsonl        # the first webcam
        yolostream annotate videos/ -o results/
        yolostream serve -c yolostream.yml
        yolostream run --help
      """,
    version: "yolostream \(ProgramVersion.current)",
    groupedSubcommands: [
      CommandGroup(
        name: "Video",
        subcommands: [RunCommand.self, AnnotateCommand.self, MergeCommand.self, ServeCommand.self, ConfigCommand.self]
          + outlets),
      CommandGroup(
        name: "This machine",
        subcommands: [DoctorCommand.self, DevicesCommand.self, ProbeCommand.self, BenchCommand.self]),
      CommandGroup(name: "Models", subcommands: [ModelCommand.self, TrainCommand.self, ValCommand.self]),
      CommandGroup(
        name: "Saved results",
        subcommands: history + [TrackCommand.self, RulesCommand.self, EvaluateTracksCommand.self]),
    ], defaultSubcommand: RunCommand.self)

  // Commands that are missing in a build without the service: webhooks, the collector and event history.
  #if Service
  private static let outlets: [any ParsableCommand.Type] = [CollectCommand.self, NotifyCommand.self]
  private static let history: [any ParsableCommand.Type] = [EventsCommand.self]
  #else
  private static let outlets: [any ParsableCommand.Type] = []
  private static let history: [any ParsableCommand.Type] = []
  #endif

  /// Runs the command line; failures are reported in one sentence.
  static func main() async {
    do {
      do { try CommandPath.check(Array(CommandLine.arguments.dropFirst()), root: Self.self) } catch {
        throw Failure.report(error)
      }
      var command = try parseAsRoot()
      if let run = command as? RunCommand, run.input.areMany { command = try run.asAnnotate() }
      do {
        try Processor.applyCap()
        if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        try StandardOutput.flush()
      } catch { throw Failure.report(error) }
    } catch { exit(withError: error) }
  }
}
