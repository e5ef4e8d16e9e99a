import ArgumentParser
import Settings

/// `yolostream config …`: help with the configuration of `serve`.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check, explain and begin a configuration of `serve`.",
    subcommands: [Check.self, Example.self, Schema.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what is wrong with a configuration, a line each: file, line, what was expected and what is there.",
      discussion: """
        Only the text is checked: whether files can be opened and cameras answer shows when the service starts.

        Exit codes: 0 good, 66 no such file, 78 something is wrong.
        """)

    @Argument(help: "The configuration.") var file: String

    func run() throws {
      let configuration = try ServiceConfiguration(path: file)
      print("\(file): fine, \(count(configuration.cameras.count, "camera"))")
    }
  }

  struct Example: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a configuration to begin with, each key explained.")

    func run() { print(ServiceConfiguration.example, terminator: "") }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a JSON Schema of the configuration, for editors.")

    func run() { print(ServiceConfiguration.schema, terminator: "") }
  }
}
