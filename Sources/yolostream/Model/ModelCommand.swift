import ArgumentParser

/// `yolostream model`: commands for files of weights.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Fetch, inspect, check, convert and quantise files of weights.",
    discussion: """
      Examples:
        yolostream model pull yolov9-t
        yolostream model info yolov9-t.pt
        yolostream model convert yolov9-c.pt gelan-c.safetensors
      """,
    subcommands: [
      ModelPullCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self, ModelConvertCommand.self,
      ModelOutputsCommand.self,
    ] + YoloStream.quantising)
}
