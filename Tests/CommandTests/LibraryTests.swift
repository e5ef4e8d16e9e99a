import Foundation
import Testing

/// The products of the package in a package of somebody else: `samples/library`.
@Suite struct LibraryTests {
  private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "samples/library")

  @Test func `a package that uses the detector has no web server in its graph`() throws {
    let program = try Program()
    let graph = try program.tool(
      "swift",
      [
        "package", "--package-path", Self.example.path, "--scratch-path", program.path("build"), "show-dependencies",
        "--format", "json",
      ])
    #expect(graph.status == 0, "\(graph.error)")
    let names = graph.output.matches(of: /"name"\s*:\s*"([^"]+)"/).map { String($0.1) }
    #expect(Set(names) == ["follow", "yolostream", "swift-argument-parser", "Yams"])
  }

  @Test func `a package of somebody else detects with ten lines`() throws {
    let program = try Program()
    let build = try program.tool(
      "swift", ["build", "--package-path", Self.example.path, "--scratch-path", program.path("build")])
    #expect(build.status == 0, "\(build.output.suffix(2000))")
    let code = try String(contentsOf: Self.example.appending(path: "Sources/follow/main.swift"), encoding: .utf8)
    let lines = code.split(separator: "\n").filter { !$0.hasPrefix("import") && !$0.hasPrefix("//") }
    #expect(lines.count <= 10)
    let street = Self.example.deletingLastPathComponent().appending(path: "street.jpg").path
    let model = Self.example.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/yolostream/Resources/gelan-n.safetensors").path
    let run = try program.tool(program.path("build/debug/follow"), [model, street])
    #expect(run.status == 0 && run.output.contains("person"), "\(run.output) \(run.error)")
  }
}
