import Foundation

/// The program itself, run as users run it: in a process of its own, so that a crash is a result.
public enum Program {
  /// The built `yolostream`: `YOLOSTREAM_EXECUTABLE`, or the one beside the tests.
  public static let path: String? = {
    let named = ProcessInfo.processInfo.environment["YOLOSTREAM_EXECUTABLE"]
    let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "yolostream").path
    return [named, beside].compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The reason of a skipped test.
  public static let absence = "skipped: needs the yolostream executable beside the tests"

  /// How a run ended.
  public struct Outcome: Sendable {
    /// Exit status; `nil` after a signal, which is a crash or a hang that was ended.
    public var status: Int32?
    /// Standard error.
    public var messages: String

    /// Whether it said what is wrong in one sentence and nothing else.
    public var isOneSentence: Bool {
      let lines = messages.split(separator: "\n", omittingEmptySubsequences: true)
      return lines.count == 1 && lines[0].hasPrefix("yolostream: ") && lines[0].count > 20
    }
  }

  /// Runs `path` with `arguments` and waits. It is killed after `seconds` (longer than anything honest takes).
  public static func run(_ path: String, _ arguments: [String], seconds: Int = 60) throws -> Outcome {
    let log = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString).log").path
    defer { try? FileManager.default.removeItem(atPath: log) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    // A crash is counted, not drawn.
    let environment = ["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no", "OMP_NUM_THREADS=1"]
    let command = ["/usr/bin/timeout", "-s", "KILL", String(seconds), path] + arguments
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, command[0], &actions, nil, &words, &variables)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let code = (status >> 8) & 0xFF
    let isSignal = status & 0x7F != 0 || code >= 128 && code != 130
    return Outcome(
      status: isSignal ? nil : code,
      messages: String(decoding: (try? Data(contentsOf: URL(filePath: log))) ?? Data(), as: UTF8.self))
  }
}
