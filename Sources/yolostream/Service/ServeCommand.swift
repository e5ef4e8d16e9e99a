#if Full
import ArgumentParser
import Inference
import Service

extension ServiceError: CodedFailure {
  var status: Int32 {
    switch code {
    case .configuration: 78
    case .unreadable: 66
    case .cannotListen: 69
    case .system: 71
    }
  }
}

/// `yolostream serve -c FILE`: many cameras as one service.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Watch many cameras as a service, with a web page, metrics and events.",
    discussion: """
      Examples:
        yolostream config example > yolostream.yml     # then name your cameras
        yolostream config check yolostream.yml
        yolostream serve -c yolostream.yml

      The log names time, level and camera; under systemd the journal adds the time. LOG_LEVEL (error, warning, info, debug)
      selects how much, as -q (errors) and -v (every attempt to connect) do.

      SIGHUP reads the configuration again: cameras that stay the same go on. SIGTERM and SIGINT end it in order.

      Exit codes: 0 ended by a signal, 64 usage, 66 no configuration, 69 cannot listen, 71 no threads, open files or memory, 73 cannot create, \
      78 bad configuration or weights.
      """)

  @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"))
  var config: String

  @Option(help: ArgumentHelp("Form of the log on standard error: text or json.", valueName: "form"))
  var log = LogForm.text

  @OptionGroup(title: "Messages") var messages: MessageArguments

  func run() async throws {
    messages.begin()
    try AddressSpace.check()
    let log = ServiceLog(self.log, isQuiet: messages.quiet, isVerbose: messages.verbose)
    defer { log.flush() }
    let signals = ServiceSignals()
    let run = try ServiceRun(
      path: config, findModel: DefaultModel.path(of:),
      choosePrecision: { try PrecisionOption.automatic.choice(for: $0, $1).precision },
      log: log.write)
    signals.direct(onEnd: { run.stop() }, onReload: { run.reload() }) { log.write(LogLine(.error, $0)) }
    try await run.run()
  }
}
#endif
