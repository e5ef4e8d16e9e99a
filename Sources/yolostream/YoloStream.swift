import ArgumentParser

@main
struct YoloStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yolostream", abstract: "Real-time object detection in video on a computer without a GPU.",
    subcommands: [RunCommand.self, TrainCommand.self, BenchCommand.self, ModelCommand.self],
    defaultSubcommand: RunCommand.self)
}
