import Foundation

/// The variables with which the systemd units start the service: those of this process, those in the file of secrets beside the
/// configuration (`NAME.env` for `NAME.yml`, otherwise `secrets.env`), and the folders that systemd names.
struct ServiceEnvironment {
  let variables: [String: String]
  /// Files of secrets that this user may not read.
  let unreadable: [String]

  /// The environment of the service that reads `configuration`.
  init(of configuration: String) {
    let file = URL(filePath: configuration)
    let folder = file.deletingLastPathComponent()
    // `yolostream.yml` is of `yolostream.service`, any other `NAME.yml` of `yolostream@NAME.service`.
    let name = file.deletingPathExtension().lastPathComponent, isFirst = name == "yolostream"
    let unit = isFirst ? name : "yolostream@\(name)"
    var variables = ["STATE_DIRECTORY": "/var/lib/\(unit)", "CONFIGURATION_DIRECTORY": folder.path]
    variables["CREDENTIALS_DIRECTORY"] = "/run/credentials/\(unit).service"
    var unreadable: [String] = []
    let own = folder.appending(path: name + ".env").path
    let hasOwn = !isFirst && FileManager.default.fileExists(atPath: own)
    for path in [hasOwn ? own : folder.appending(path: "secrets.env").path] {
      if let text = try? String(contentsOfFile: path, encoding: .utf8) {
        variables.merge(Self.variables(in: text)) { $1 }
      } else if FileManager.default.fileExists(atPath: path) {
        unreadable.append(path)
      }
    }
    self.variables = variables.merging(ProcessInfo.processInfo.environment) { $1 }
    self.unreadable = unreadable
  }

  /// Lines `NAME=value`, the value perhaps quoted; `#` and `;` start comments (systemd.exec(5), EnvironmentFile).
  private static func variables(in text: String) -> [String: String] {
    var variables: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmingCharacters(in: .whitespaces)
      guard let equals = line.firstIndex(of: "="), !line.hasPrefix("#"), !line.hasPrefix(";") else { continue }
      var value = line[line.index(after: equals)...]
      if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
        value = value.dropFirst().dropLast()
      }
      variables[String(line[..<equals])] = String(value)
    }
    return variables
  }
}
