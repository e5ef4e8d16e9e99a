import Foundation
import Testing

/// Tests that a clone skips, because they need weights, clips or data sets that do not belong to the repository.
@Suite struct SkippedTests {
  @Test func `at most fifteen tests need what a clone does not have, and the documentation lists each`() throws {
    let gated = try Self.gatedTests()
    #expect(gated.count <= 15, "\(gated.count): \(gated.joined(separator: "\n"))")
    let page = try String(
      contentsOf: SourceFile.checkout.appending(path: "Documentation/tests.md"), encoding: .utf8)
    let listed = page.matches(of: /(?m)^\| `(\w+Tests)` \| (.+?) \|/).map { "\($0.1) \($0.2)" }
    #expect(Set(listed) == Set(gated), "Documentation/tests.md lists other tests than those that are skipped")
  }

  /// `Suite sentence` of each test that carries the condition itself or is in a suite that does.
  private static func gatedTests() throws -> [String] {
    let tests = SourceFile.checkout.appending(path: "Tests")
    var gated: [String] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: tests.path) where path.hasSuffix("Tests.swift") {
      var suite = ""
      var isGated = (suite: false, test: false)
      var attribute = (isSuite: false, text: "")
      for line in try String(contentsOf: tests.appending(path: path), encoding: .utf8).split(separator: "\n") {
        let line = line.trimmingCharacters(in: .whitespaces)
        if line.hasPrefix("@Suite") { attribute = (true, "") }
        if line.hasPrefix("@Test") { attribute = (false, "") }
        attribute.text += line
        let needsMaterial = attribute.text.contains(".enabled(if: SharedMaterial.isPresent")
        if let match = line.firstMatch(of: /struct `?(.+?)`? \{$/), attribute.isSuite {
          (suite, isGated.suite) = (String(match.1), needsMaterial)
          attribute = (false, "")
        } else if let match = line.firstMatch(of: /func `(.+?)`\(/) {
          if isGated.suite || needsMaterial { gated.append("\(suite) \(match.1)") }
          attribute = (false, "")
        }
      }
    }
    return gated.sorted()
  }
}
