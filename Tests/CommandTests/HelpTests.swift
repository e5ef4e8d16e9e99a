import Foundation
import Testing

@Suite struct HelpTests {
  /// A command as the parser describes it (`--experimental-dump-help`).
  private struct Description: Decodable {
    struct Command: Decodable {
      let commandName: String
      let subcommands: [Command]?

      /// Its own words and those of all commands below it.
      var paths: [[String]] {
        [[]] + (subcommands ?? []).flatMap { each in each.paths.map { [each.commandName] + $0 } }
      }
    }
    let command: Command
  }

  /// All commands there are.
  static let commands: [[String]] = {
    let text = (try? Program().run(["--experimental-dump-help"], hasModel: false).output) ?? ""
    let description = try? JSONDecoder().decode(Description.self, from: Data(text.utf8))
    return (description?.command.paths ?? []).filter { $0 != ["help"] }
  }()

  @Test func `all commands are looked through`() {
    #expect(Self.commands.count >= 35, "\(Self.commands)")
    for command in [["merge"], ["events", "query"], ["notify", "test"]] { #expect(Self.commands.contains(command)) }
  }

  @Test(arguments: commands)
  func `help fits a terminal, and its examples stay on their lines`(command: [String]) throws {
    let outcome = try Program().run(command + ["--help"], hasModel: false)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    // The line of usage is one, however long.
    for line in outcome.output.split(separator: "\n") where !line.contains("://") && !line.hasPrefix("USAGE: ") {
      #expect(line.count <= 80, "\(line)")
    }
    let examples = outcome.output.split(separator: "\n").filter { $0.hasPrefix("  yolostream ") }
    for example in examples { #expect(example.count <= 76, "\(example)") }
    #expect(!examples.isEmpty, "\(command) has no example")
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `completions are read by their shell`(shell: String) throws {
    let program = try Program()
    let script = try program.run(["--generate-completion-script", shell], hasModel: false)
    #expect(script.status == 0 && script.output.contains("doctor"))
    try Data(script.output.utf8).write(to: URL(filePath: program.path("completions")))
    let read = try program.tool(shell, ["-n", "completions"])
    #expect(read.status == 0 && read.error.isEmpty, "\(read.error)")
  }

  @Test(arguments: commands)
  func `many options come in groups`(command: [String]) throws {
    let lines = try Program().run(command + ["--help"], hasModel: false).output.components(separatedBy: "\n")
    guard let start = lines.firstIndex(of: "OPTIONS:") else { return }
    let options = lines[start...].dropFirst().prefix { !$0.isEmpty }.filter { $0.hasPrefix("  -") }
    #expect(options.count <= 9, "\(options.count) options in one list")
  }
}
