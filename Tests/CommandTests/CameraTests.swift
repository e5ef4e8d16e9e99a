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

  @Test(.enabled(if: absence == nil, Comment(rawValue: absence ?? "")), .timeLimit(.minutes(15)))
  func `cameras are captured, unplugged, busy and wrong as a real driver has it`() throws {
    try check("cameras.sh", count: 16)
  }

  @Test(.enabled(if: absence == nil, Comment(rawValue: absence ?? "")), .timeLimit(.minutes(15)))
  func `under a real systemd the unit starts, sees a camera, reloads, is watched and ends`() throws {
    let unit = Self.tests.deletingLastPathComponent().appending(path: "systemd/yolostream.service")
    try check("service.sh", unit.path, count: 11)
  }

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  /// Runs `script` in the machine; it must say `count` times that something is as it should be, and nothing else.
  private func check(_ script: String, _ arguments: String..., count: Int) throws {
    let program = try Program()
    let folder = Self.tests.appending(path: "vm")
    // The guest has a folder for temporary files of its own: what it reads must lie elsewhere.
    let model = Program.executable.deletingLastPathComponent().appending(path: "vm-model-\(UUID()).safetensors")
    try FileManager.default.copyItem(
      at: URL(filePath: program.path("model.safetensors")).resolvingSymlinksInPath(), to: model)
    defer { try? FileManager.default.removeItem(at: model) }
    let outcome = try program.tool(
      "env",
      [
        "VM_SECONDS=600", folder.appending(path: "boot.sh").path, folder.appending(path: script).path,
        Program.executable.path, model.path,
      ] + arguments)
    let lines = outcome.output.split(separator: "\n")
    let failures = lines.filter { !$0.hasPrefix("ok ") }
    #expect(outcome.status == 0 && failures.isEmpty, "\(outcome.output)\n\(outcome.error)")
    #expect(lines.count == count, "\(outcome.output)")
  }
}
