import ArgumentParser
import Outputs
import Scene
import Settings

/// `yolostream config …`: help with the configuration of the service.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check, explain and create a configuration of 'serve'.",
    discussion: """
      Examples:
        yolostream config example > yolostream.yml     # then edit the cameras
        yolostream config check yolostream.yml
        yolostream config schema > yolostream.schema.json
      """,
    subcommands: [Check.self, Example.self, Schema.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report errors of a configuration, one line each: file, line, what was expected and what was found.",
      discussion: """
        Only the text is checked: whether files can be opened and cameras answer shows when the service starts. Variables \
        such as ${FRONT_PASSWORD} are also read from secrets.env beside the configuration, as systemd does.

        Example:
          yolostream config check yolostream.yml

        Exit codes: 0 good, 66 no such file, 78 something is wrong.
        """)

    @Argument(help: "The configuration.") var file: String

    func run() throws {
      let environment = ServiceEnvironment(of: file)
      for path in environment.unreadable {
        StandardError.say("cannot read \(path) as this user: variables in it count as missing", mark: .yellow)
      }
      let configuration = try ServiceConfiguration(path: file, environment: environment.variables)
      print("\(file): fine, \(configuration.cameras.count.counted("camera"))")
    }
  }

  struct Example: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print an example configuration with each key explained.",
      discussion: """
        Example:
          yolostream config example > yolostream.yml
        """)

    func run() throws { try StandardOutput.write(ServiceConfiguration.example) }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a JSON Schema of the configuration, for editors.",
      discussion: """
        Example:
          yolostream config schema > yolostream.schema.json
        """)

    func run() throws { try StandardOutput.write(ServiceConfiguration.schema) }
  }
}
