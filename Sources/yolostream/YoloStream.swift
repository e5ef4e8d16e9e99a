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
        subcommands: [RunCommand.self, AnnotateCommand.self, MergeCommand.self, ConfigCommand.self] + service),
      CommandGroup(
        name: "This machine",
        subcommands: [DoctorCommand.self, DevicesCommand.self, ProbeCommand.self, BenchCommand.self]),
      CommandGroup(name: "Models", subcommands: [ModelCommand.self] + training),
    ] + savedResults, defaultSubcommand: RunCommand.self)

  // Commands that a build without the trait Full leaves out.
  #if Full
  private static let service: [any ParsableCommand.Type] = [ServeCommand.self, CollectCommand.self, NotifyCommand.self]
  private static let history: [any ParsableCommand.Type] = [EventsCommand.self]
  private static let training: [any ParsableCommand.Type] = [TrainCommand.self, ValCommand.self]
  private static let scores: [any ParsableCommand.Type] = [
    TrackCommand.self, RulesCommand.self, EvaluateTracksCommand.self,
  ]
  static let quantising: [any ParsableCommand.Type] = [ModelQuantizeCommand.self]
  /// Names of the commands that this build leaves out.
  static let leftOut: Set<String> = []
  #else
  private static let service: [any ParsableCommand.Type] = []
  private static let history: [any ParsableCommand.Type] = []
  private static let training: [any ParsableCommand.Type] = []
  private static let scores: [any ParsableCommand.Type] = []
  static let quantising: [any ParsableCommand.Type] = []
  static let leftOut: Set = [
    "serve", "collect", "notify", "events", "train", "val", "track", "rules", "evaluate-tracks", "model quantize",
  ]
  #endif

  private static var savedResults: [CommandGroup] {
    let commands = history + scores
    return commands.isEmpty ? [] : [CommandGroup(name: "Saved results", subcommands: commands)]
  }

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
