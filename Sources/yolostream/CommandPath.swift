import ArgumentParser
import Foundation

/// Checks the names of commands before the command line is parsed: a misspelt command would be treated as an input.
enum CommandPath {
  /// Throws if a word in the position of a command is nearly the name of one.
  static func check(_ arguments: [String], root: any ParsableCommand.Type) throws {
    var command: any ParsableCommand.Type = root
    var path = [root._commandName]
    for word in arguments {
      if path.count == 1, word == "help" { continue }
      let known = command.configuration.subcommands
      guard !known.isEmpty, !word.hasPrefix("-") else { return }
      if let next = known.first(where: { $0._commandName == word }) {
        command = next
        path.append(word)
        continue
      }
      let group = path.dropFirst().map { $0 + " " }.joined()
      guard !YoloStream.leftOut.contains(group + word) else { throw isLeftOut(group + word) }
      // An existing file is an input.
      guard !FileManager.default.fileExists(atPath: word) else { return }
      let leftOut = YoloStream.leftOut.sorted().filter { $0.hasPrefix(group) }.map { String($0.dropFirst(group.count)) }
      let suggestion = Suggestion(for: word, among: known.map { $0._commandName } + leftOut)
      guard !suggestion.names.isEmpty else { return }
      let commands = suggestion.names.map { "'\((path + [$0]).joined(separator: " "))'" }.joined(separator: " or ")
      throw ValidationError("there is no command and no file '\(word)'; did you mean \(commands)?")
    }
  }

  /// What this build was made without.
  static func isLeftOut(_ command: String) -> ValidationError {
    ValidationError("this program was built without '\(command)': expected one that 'make build' has built")
  }
}
