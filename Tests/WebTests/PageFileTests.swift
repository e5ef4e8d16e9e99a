import Foundation
import Testing

@testable import Web

/// What can be wrong with the page's files without a browser; `PageTests` of the service shows them in one.
@Suite struct PageFileTests {
  private static let node = ["/usr/bin/node", "/usr/local/bin/node"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try #require(PageFile.all.first { $0.path == path }).bytes, as: UTF8.self)
  }

  @Test func `the document loads the files that are served, and no other`() throws {
    let document = try Self.text("/")
    let loaded = document.matches(of: /(?:src|href)="(\/[^"]+)"/).map { String($0.1) }
    #expect(Set(loaded) == Set(PageFile.all.map(\.path)).subtracting(["/"]))
    #expect(!document.contains("<style") && !document.contains("<script>"), "the policy forbids code in the document")
    #expect(!document.contains(" style=") && !document.contains(" onclick="))
  }

  @Test func `what the scripts look for by name is in the document`() throws {
    let document = try Self.text("/")
    for script in ["/page.js", "/events.js", "/film.js"] {
      for match in try Self.text(script).matches(of: /(?:byId|getElementById)\("(\w+)"\)/) {
        #expect(document.contains("id=\"\(match.1)\""), "\(script) looks for #\(match.1)")
      }
    }
  }

  @Test func `the style is whole, and names what the page has`() throws {
    let style = try Self.text("/page.css"), page = try Self.text("/") + Self.text("/page.js")
    var depth = 0
    for character in style {
      depth += character == "{" ? 1 : character == "}" ? -1 : 0
      try #require(depth >= 0, "a } too many")
    }
    #expect(depth == 0, "\(depth) } are missing")
    for match in style.matches(of: /(?m)^[^{}\/]*#([a-z]+)[^{}]*\{/) {
      #expect(page.contains("id=\"\(match.1)\""), "page.css styles #\(match.1), which is nowhere")
    }
  }

  @Test(
    .enabled(if: node != nil, "skipped: needs node to read JavaScript"),
    arguments: PageFile.all.map(\.path).filter { $0.hasSuffix(".js") })
  func `the scripts are JavaScript`(path: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).js")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = try Self.text(path)
    try text.write(to: file, atomically: true, encoding: .utf8)
    #expect(try Self.complaint(of: file) == nil)
    #expect(text.hasPrefix("\"use strict\";\n"))
    try (text + "}").write(to: file, atomically: true, encoding: .utf8)
    #expect(try Self.complaint(of: file)?.contains("SyntaxError") == true, "the check notices what is wrong")
  }

  /// What node says of the file; `nil` if it is fine.
  private static func complaint(of file: URL) throws -> String? {
    let process = Process(), errors = Pipe()
    process.executableURL = URL(filePath: node ?? "")
    process.arguments = ["--check", file.path]
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : text
  }
}
