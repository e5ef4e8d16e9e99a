import ArgumentParser

/// `yolostream model`: commands for files of weights.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Fetch, inspect, check, convert and quantise files of weights.",
    subcommands: [
      ModelPullCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self, ModelConvertCommand.self,
      ModelOutputsCommand.self, ModelQuantizeCommand.self,
    ])
}
