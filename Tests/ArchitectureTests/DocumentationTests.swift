import Foundation
import Testing

@Suite struct DocumentationTests {
  private static let pages: [String] = {
    let folder = SourceFile.checkout.appending(path: "Documentation").path
    let inside = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "THIRD-PARTY-NOTICES.md"]
      + ["Sources/README.md", "systemd/README.md", "Tests/Fixtures/README.md"]
      + inside.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" }
  }()

  @Test(arguments: pages) func `every link to a file leads to one`(page: String) throws {
    let file = SourceFile.checkout.appending(path: page)
    for match in try String(contentsOf: file, encoding: .utf8).matches(of: /\]\(([^)#:\s]+)(?:#[^)]*)?\)/) {
      let target = file.deletingLastPathComponent().appending(path: String(match.1)).standardizedFileURL
      #expect(FileManager.default.fileExists(atPath: target.path), "\(page) links to \(match.1)")
    }
  }

  @Test(arguments: pages) func `every link to a section leads to one`(page: String) throws {
    let file = SourceFile.checkout.appending(path: page)
    for match in try String(contentsOf: file, encoding: .utf8).matches(of: /\]\(([^)#:\s]*)#([^)\s]+)\)/) {
      let target = file.deletingLastPathComponent().appending(path: String(match.1)).standardizedFileURL
      let sections = Self.sections(try String(contentsOf: match.1.isEmpty ? file : target, encoding: .utf8))
      #expect(sections.contains(String(match.2)), "\(page) links to \(match.1)#\(match.2)")
    }
  }

  /// Names of the sections of a page as GitHub makes them: lower case, hyphens for spaces, without other punctuation.
  private static func sections(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        let title = line.drop { $0 == "#" }.dropFirst().lowercased()
        return String(title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.map { $0 == " " ? "-" : $0 })
      })
  }

  @Test func `every page is linked from the first one`() throws {
    let first = try String(contentsOf: SourceFile.checkout.appending(path: "README.md"), encoding: .utf8)
    for page in Self.pages where page != "README.md" && !page.hasPrefix("Tests/") {
      #expect(first.contains("](\(page))"), "README.md does not link to \(page)")
    }
  }

  @Test func `the first page fits on a screen`() throws {
    let first = try String(contentsOf: SourceFile.checkout.appending(path: "README.md"), encoding: .utf8)
    #expect(first.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
  }

  @Test func `what travels with the tests is under two megabytes`() throws {
    let folder = SourceFile.checkout.appending(path: "Tests/Fixtures")
    let size = try FileManager.default.subpathsOfDirectory(atPath: folder.path).reduce(0) { sum, path in
      sum + (try folder.appending(path: path).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
    }
    #expect(size > 1_000_000 && size < 2_000_000)
  }
}
