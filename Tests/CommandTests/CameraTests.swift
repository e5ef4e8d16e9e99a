import Foundation
import TestSupport
import Testing

/// Cameras, with the kernel's own test driver in a virtual machine (`Tests/vm`).
@Suite(.serialized) struct CameraTests {
  /// Why there is no virtual machine here; `nil` if there can be one.
  private static let absence: String? = {
    for tool in ["/usr/bin/qemu-system-x86_64", "/usr/bin/apt-get", "/bin/busybox"]
    where !FileManager.default.isExecutableFile(atPath: tool) {
      return "skipped: needs \(tool) (bash .ci/install --tests)"
    }
    return nil
  }()

  @Test(.enabled(if: absence == nil, Comment(rawValue: absence ?? "")), .timeLimit(.minutes(60)))
  func `cameras are captured, unplugged, busy and wrong as a real driver has it`() throws {
    try check("cameras.sh", count: 16)
  }

  @Test(.enabled(if: absence == nil, Comment(rawValue: absence ?? "")), .timeLimit(.minutes(60)))
  func `under a real systemd the unit starts alone, sees a camera, reloads, is watched and ends`() throws {
    let unit = Self.tests.deletingLastPathComponent().appending(path: "systemd/yolostream.service")
    try check("service.sh", unit.path, count: 12)
  }

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  /// Runs `script` in the machine; it must print `count` lines that begin with "ok", and no other.
  private func check(_ script: String, _ arguments: String..., count: Int) throws {
    let program = try Program()
    let folder = Self.tests.appending(path: "vm")
    // The guest has temporary folders of its own: what it reads must lie in the checkout. An emulated processor computes
    // slowly, so the network is the smallest there is.
    let model = Program.executable.deletingLastPathComponent().appending(path: "vm-model-\(UUID()).safetensors")
    try #require(MadeUpModel.make(named: "gelan-p")).write(to: model.path, licence: nil, origin: "made up for a test")
    defer { try? FileManager.default.removeItem(at: model) }
    let outcome = try program.tool(
      folder.appending(path: "boot.sh").path,
      [folder.appending(path: script).path, Program.executable.path, model.path] + arguments)
    let lines = outcome.output.split(separator: "\n")
    let failures = lines.filter { !$0.hasPrefix("ok ") }
    #expect(outcome.status == 0 && failures.isEmpty, "\(outcome.output)\n\(outcome.error)")
    #expect(lines.count == count, "\(outcome.output)")
  }
}
