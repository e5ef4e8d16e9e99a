import Foundation
import Testing

@Suite struct UnitFileTests {
  static let analyzer = "/usr/bin/systemd-analyze"
  static let isPresent = FileManager.default.isExecutableFile(atPath: analyzer)
  static let units = ["yolostream.service", "yolostream@.service"]

  private static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "systemd")
  }

  @Test(.enabled(if: isPresent, "skipped: needs systemd-analyze"), arguments: units)
  func `the unit gives the service few rights`(unit: String) throws {
    let output = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: Self.analyzer)
    // The threshold counts in tenths.
    process.arguments = [
      "security", "--offline=true", "--threshold=25", "--no-pager", Self.folder.appending(path: unit).path,
    ]
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text.suffix(300))")
    #expect(text.contains("Overall exposure level"), "\(text.suffix(300))")
  }

  @Test(arguments: units)
  func `the unit has what the service needs`(unit: String) throws {
    let text = try String(contentsOf: Self.folder.appending(path: unit), encoding: .utf8)
    for line in [
      "Type=notify", "WatchdogSec=60", "ExecReload=/bin/kill -HUP $MAINPID", "SupplementaryGroups=video",
      "MemoryDenyWriteExecute=no", "RestartPreventExitStatus=64 66 78",
    ] { #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)") }
    // With DynamicUser the folder of one service cannot lie in that of another: the second one does not start.
    #expect(text.contains(unit.contains("@") ? "\nStateDirectory=yolostream@%i\n" : "\nStateDirectory=yolostream\n"))
  }
}
