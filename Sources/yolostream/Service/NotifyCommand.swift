#if Full
import ArgumentParser
import Service

/// `yolostream notify …`: tests the webhooks of a configuration.
struct NotifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "Try the webhooks of a configuration.",
    discussion: """
      Example:
        yolostream notify test -c yolostream.yml
      """,
    subcommands: [Test.self])

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Call webhooks once with an event of the kind test, whatever their rules say.",
      discussion: """
        Examples:
          yolostream notify test -c yolostream.yml
          yolostream notify test -c yolostream.yml phone

        Exit codes: 0 all were taken, 66 no configuration, 69 a receiver did not take it, 78 bad configuration.
        """)

    @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String

    @Argument(help: "Name of the webhook; all without.") var name: String?

    func run() throws {
      let results = try WebhookTrial.run(
        path: config, only: name, environment: ServiceEnvironment(of: config).variables)
      for (name, failure) in results { print("\(name): \(failure ?? "taken")") }
      if results.contains(where: { $0.failure != nil }) { throw ExitCode(69) }
    }
  }
}
#endif
