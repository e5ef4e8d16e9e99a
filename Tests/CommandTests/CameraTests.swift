import Foundation
import TestSupport
import Testing

/// Cameras, with the kernel's own test driver in a virtual machine (`Tests/vm`).
@Suite struct CameraTests {
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
    let program = try Program()
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "vm")
    // The guest has a folder for temporary files of its own: what it reads must lie elsewhere.
    let model = Program.executable.deletingLastPathComponent().appending(path: "vm-model-\(getpid()).safetensors")
    try FileManager.default.copyItem(
      at: URL(filePath: program.path("model.safetensors")).resolvingSymlinksInPath(), to: model)
    defer { try? FileManager.default.removeItem(at: model) }
    let outcome = try program.tool(
      "env",
      [
        "VM_SECONDS=600", folder.appending(path: "boot.sh").path, folder.appending(path: "cameras.sh").path,
        Program.executable.path, model.path,
      ])
    let lines = outcome.output.split(separator: "\n")
    let failures = lines.filter { !$0.hasPrefix("ok ") }
    #expect(outcome.status == 0 && failures.isEmpty, "\(outcome.output)\n\(outcome.error)")
    #expect(lines.count == 16, "\(outcome.output)")
  }
}
