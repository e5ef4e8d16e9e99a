#if Full
import ArgumentParser
import Service

/// `yolostream collect -c FILE`: the events of many services in one place.
struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Collect the events of many services in one store, with a web page.",
    discussion: """
      Services publish to MQTT brokers; this program subscribes to these and keeps the
      events of all, to be asked for like those of one service.

      Examples:
        yolostream collect -c fleet.yml
        yolostream events query fleet.jsonl --label person

      SIGTERM and SIGINT end it in order. Brokers keep what comes meanwhile.

      Exit codes: 0 ended by a signal, 64 usage, 66 no configuration, 69 cannot listen, \
      71 no threads or memory, 73 cannot create, 78 bad configuration.
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"))
  var config: String

  @Option(help: ArgumentHelp("Form of the log on standard error: text or json.", valueName: "form"))
  var log = LogForm.text

  @OptionGroup(title: "Messages") var messages: MessageArguments

  func run() async throws {
    messages.begin()
    let log = ServiceLog(self.log, isQuiet: messages.quiet, isVerbose: messages.verbose)
    defer { log.flush() }
    let signals = ServiceSignals()
    let run = try CollectorRun(path: config, log: log.write)
    signals.direct(onEnd: { run.stop() }, onReload: {}) { log.write(LogLine(.error, $0)) }
    try await run.run()
  }
}
#endif
