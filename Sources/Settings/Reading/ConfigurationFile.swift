import Foundation
import Yams

/// A YAML file that is read by a table of settings.
enum ConfigurationFile {
  /// Largest file that is read, in bytes.
  static let largestFile = 1 << 20

  /// Most values that are read, aliases resolved.
  static let largestCount = 200_000

  /// Reads `yaml`, the contents of a file at `path`, by `settings`. Throws `invalid` with all problems, a line each.
  ///
  /// - Parameter check: checks the whole after all of it is read.
  static func read<Root>(
    _ settings: [Setting<Root>], into initial: Root, yaml: String, path: String, environment: [String: String],
    check: (inout Root, ConfigurationNode, inout ConfigurationProblems) -> Void = { _, _, _ in }
  ) throws(ConfigurationError) -> Root {
    var read = initial
    var problems = ConfigurationProblems()
    do {
      let node = try Yams.compose(yaml: yaml) ?? Node("", Tag(.null), .plain)
      // Aliases share their content in memory, but a walk through it can be huge even for a small file.
      var room = largestCount
      guard node.fits(in: &room) else {
        throw ConfigurationError(
          .invalid, "\(path): its aliases (*name) make more than \(largestCount) values of it; write it out")
      }
      let root = ConfigurationNode(node: node, name: "", environment: environment)
      settings.read(root, into: &read, problems: &problems)
      check(&read, root, &problems)
    } catch let error as ConfigurationError {
      throw error
    } catch let error as YamlError {
      problems.note(.init(line: error.line, message: error.sentence))
    } catch {
      problems.note(.init(line: nil, message: "this is no YAML: \(error)"))
    }
    if let error = problems.error(path: path) { throw error }
    return read
  }

  /// The text of the file at `path`. Throws `unreadable`, or `invalid` if it is no text.
  static func text(of path: String) throws(ConfigurationError) -> String {
    // A named pipe would wait for a writer, perhaps for ever; `-c <(…)` has one, and its path is in /dev.
    let place = URL(filePath: path).resolvingSymlinksInPath().path
    let type = try? FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType
    guard path.hasPrefix("/dev/") || type != .typeUnknown else {
      throw ConfigurationError(.unreadable, "cannot read \(path): expected a file of text, this is a pipe")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      if FileManager.default.isReadableFile(atPath: path) {
        throw ConfigurationError(.exhausted, "cannot read \(path): too many open files (see ulimit -n)")
      }
      let isThere = FileManager.default.fileExists(atPath: path)
      throw ConfigurationError(
        .unreadable,
        "cannot read \(path): "
          + (isThere ? "permission denied" : "no such file; 'yolostream config example' prints one to start from"))
    }
    let data: Data
    do { data = try file.read(upToCount: largestFile + 1) ?? Data() } catch {
      throw ConfigurationError(.unreadable, "cannot read \(path): expected a file of text", cause: error)
    }
    guard data.count <= largestFile else {
      throw ConfigurationError(.invalid, "\(path): expected a configuration of at most 1 MiB")
    }
    guard let text = String(data: data, encoding: .utf8), !text.utf8.contains(0) else {
      throw ConfigurationError(.invalid, "\(path): expected text in UTF-8")
    }
    return text
  }
}

extension ServiceConfiguration {
  /// Reads the YAML file at `path`. Throws `unreadable`, or `invalid` with all that is wrong, a line each.
  ///
  /// - Parameter environment: variables for `${NAME}` in values; `nil` for those of the process.
  package init(path: String, environment: [String: String]? = nil) throws(ConfigurationError) {
    let environment = environment ?? ProcessInfo.processInfo.environment
    try self.init(yaml: try ConfigurationFile.text(of: path), path: path, environment: environment)
  }

  /// Reads `yaml`, the contents of a file at `path`.
  init(yaml: String, path: String, environment: [String: String]) throws(ConfigurationError) {
    self = try ConfigurationFile.read(
      Self.settings, into: ServiceConfiguration(), yaml: yaml, path: path, environment: environment
    ) { read, root, problems in
      read.shareOutputs(root, problems: &problems)
      read.check(root, problems: &problems)
      read.checkOutputs(root, problems: &problems)
    }
  }
}

extension Node {
  /// Whether this value and those in it are at most `room`, which falls by their number.
  fileprivate func fits(in room: inout Int) -> Bool {
    room -= 1
    guard room >= 0 else { return false }
    switch self {
    case .sequence(let sequence): return sequence.allSatisfy { $0.fits(in: &room) }
    case .mapping(let mapping): return mapping.allSatisfy { $0.key.fits(in: &room) && $0.value.fits(in: &room) }
    default: return true
    }
  }
}

extension YamlError {
  fileprivate var line: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  fileprivate var sentence: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      "this is no YAML: \(problem)"
    case .duplicatedKeysInMapping(let duplicates, _):
      "the key \(duplicates.first ?? "") stands twice in one section"
    default: "this is no YAML"
    }
  }
}
