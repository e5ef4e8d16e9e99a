import ArgumentParser
import GELAN

/// `yolostream model`: what is in a file of weights, without running it.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Fetch, look into, check, convert and quantise files of weights.",
    subcommands: [
      ModelPullCommand.self, ModelInfoCommand.self, ModelVerifyCommand.self, ModelConvertCommand.self,
      ModelQuantizeCommand.self,
    ])

  /// Weights that cannot be used end the program with the status of a bad configuration.
  static let failureStatus = ExitCode(78)

  /// Runs `body`; a failure of the model is one line on standard error and status 78.
  static func reporting<Result>(_ body: () throws(ModelError) -> Result) throws -> Result {
    do { return try body() } catch {
      var standardError = StandardError()
      print("yolostream: \(error.message)", to: &standardError)
      throw failureStatus
    }
  }
}
