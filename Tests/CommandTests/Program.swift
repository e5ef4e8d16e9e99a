import Checkpoints
import Foundation
import TestSupport
import Testing

/// The program itself, as it was built beside the tests, in a folder of its own.
final class Program {
  let folder: URL
  static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "yolostream")

  /// The made-up model, written once for all tests.
  private static let model = Result {
    let file = FileManager.default.temporaryDirectory.appending(path: "made-up-\(getpid()).safetensors")
    try #require(MadeUpModel.make()).write(to: file.path, licence: nil, origin: "made up for a test")
    return file
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: path("model.safetensors"), withDestinationPath: Self.model.get().path)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }
  func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// What a run of the program came to.
  struct Outcome {
    let status: Int32
    /// Whether a signal ended it.
    let isKilled: Bool
    let output: String
    let error: String
  }

  /// Starts the program in its folder; `model` adds the made-up model and a small input size.
  /// `limit` is one of the shell's, such as `-n 32`.
  func start(
    _ arguments: [String], hasModel: Bool = true, limit: String? = nil, variables: [String: String] = [:]
  ) throws -> Running {
    let process = Process()
    process.executableURL = limit == nil ? Self.executable : URL(filePath: "/bin/sh")
    process.currentDirectoryURL = folder
    let shell = limit.map { ["-c", "ulimit \($0); exec \"$@\"", "sh", Self.executable.path] } ?? []
    process.arguments =
      shell + arguments + (hasModel ? ["--model", "model.safetensors", "--imgsz", "64", "--max-det", "20"] : [])
    process.standardInput = FileHandle.nullDevice
    if !variables.isEmpty { process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 } }
    return try Running(process, folder: folder)
  }

  func run(_ arguments: [String], hasModel: Bool = true) throws -> Outcome {
    try start(arguments, hasModel: hasModel).wait()
  }

  /// Calls another program; its output.
  @discardableResult
  func tool(_ name: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = folder
    process.arguments = [name] + arguments
    process.standardInput = FileHandle.nullDevice
    return try Running(process, folder: folder).wait()
  }
}

/// A program that was started. Its output goes to files: a full pipe would stop it.
final class Running {
  let process: Process
  private let files: [URL]

  init(_ process: Process, folder: URL) throws {
    self.process = process
    files = ["output", "error"].map { folder.appending(path: ".\($0)-\(UUID().uuidString)") }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
  }

  func wait() throws -> Program.Outcome {
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    return Program.Outcome(
      status: process.terminationStatus, isKilled: process.terminationReason == .uncaughtSignal, output: texts[0],
      error: texts[1])
  }

  /// Waits until `condition` holds or the program has ended.
  func wait(until condition: () -> Bool) {
    waiting(within: .seconds(1800), every: .milliseconds(2)) { !process.isRunning || condition() }
  }

  /// Waits until standard error is as `condition` wants it or the program has ended.
  func waitForError(_ condition: (String) -> Bool) {
    wait { (try? String(contentsOf: files[1], encoding: .utf8)).map(condition) ?? false }
  }

  /// What it has written to standard error so far.
  func errorSoFar() throws -> String { try String(contentsOf: files[1], encoding: .utf8) }

  /// What it has written to standard output so far.
  func outputSoFar() throws -> String { try String(contentsOf: files[0], encoding: .utf8) }

  /// Waits until the file at `path` has `count` bytes or the program has ended.
  func waitFor(_ path: String, bytes count: Int) {
    wait { (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int).flatMap { $0 } ?? 0 >= count }
  }
}
