import ArgumentParser

/// `yolostream model`: what is in a file of weights, without running it.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Fetch, look into, check, convert and quantise files of weights.",
    subcommands: [
      ModelPullCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self, ModelConvertCommand.self,
      ModelQuantizeCommand.self,
    ])
}
