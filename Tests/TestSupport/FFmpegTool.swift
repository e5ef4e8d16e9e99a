import Foundation

/// The `ffmpeg` command, which makes the inputs that tests need.
public enum FFmpegTool {
  /// Runs `ffmpeg -v error -y` with `arguments`. Fails with what it printed.
  public static func run(_ arguments: [String]) throws {
    let log = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-v", "error", "-y", "-nostdin"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    try process.run()
    let messages = log.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestClip.Failure(text: String(decoding: messages, as: UTF8.self))
    }
  }

  /// A view that wanders over the test photograph, as input options: 320x176 at 10 frames per second.
  public static func photograph(seconds: Double) -> [String] {
    [
      "-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-t", String(seconds), "-vf",
      "crop=320:176:x='100+t*30':y=60,format=yuv420p",
    ]
  }
}
