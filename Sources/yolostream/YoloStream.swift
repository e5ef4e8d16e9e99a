import ArgumentParser
import Inference
import Service

@main
struct YoloStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yolostream", abstract: "Real-time object detection in video on a computer without a GPU.",
    discussion: """
      Examples:
        yolostream street.mp4 -o annotated.mp4
        yolostream --rtsp rtsp://camera/stream --events events.jsonl --model yolov9-t
        yolostream serve -c yolostream.yml
        yolostream run --help
      """,
    version: "yolostream \(ServiceVersion.current)",
    subcommands: [
      RunCommand.self, TrackCommand.self, RulesCommand.self, ValCommand.self, EvaluateTracksCommand.self,
      TrainCommand.self,
      BenchCommand.self, ModelCommand.self, ServeCommand.self, ConfigCommand.self, ProbeCommand.self,
      DevicesCommand.self,
    ], defaultSubcommand: RunCommand.self)

  /// Runs what the arguments ask for; whatever fails then is told in one sentence.
  static func main() async {
    do {
      var command = try parseAsRoot()
      do {
        try Processor.applyCap()
        if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
      } catch { throw Failure.report(error) }
    } catch { exit(withError: error) }
  }
}
