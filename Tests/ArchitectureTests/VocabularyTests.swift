import Foundation
import Testing

@Suite struct VocabularyTests {
  @Test func `names, comments, messages and documents use the terms of the field`() throws {
    let findings = try Self.texts().flatMap { path in
      let text = try String(contentsOf: SourceFile.checkout.appending(path: path), encoding: .utf8)
      return Vocabulary.findings(in: text).map {
        "\(path):\($0.line): \($0.term.words.joined(separator: " ")) → \($0.term.instead)"
      }
    }
    #expect(findings.isEmpty, "\(findings.count) old terms:\n\(findings.joined(separator: "\n"))")
  }

  @Test(
    arguments: [
      ("the next picture", 1), ("struct PictureFile", 1), ("keyPictures", 1), ("KEY_PICTURE", 1), ("a picturesque", 0),
      ("in whole\n/// numbers", 1), ("wholeNumber", 1), ("a number for 0", 1), ("soundtrack, unsound", 0),
      ("the camera is away", 1), ("the frame and the image", 0),
    ] as [(String, Int)])
  func `old terms are found in prose and in names, across lines`(text: String, count: Int) {
    #expect(Vocabulary.findings(in: text).count == count)
  }

  /// Every text of the checkout that people write, but this rule.
  private static func texts() throws -> [String] {
    let endings: Set<String> = [
      "swift", "c", "h", "sh", "py", "md", "yml", "json", "html", "css", "js", "service", "modulemap",
    ]
    let folders = ["Sources", "Tests", "Documentation", "samples", "systemd"]
    var paths = try FileManager.default.contentsOfDirectory(atPath: SourceFile.checkout.path)
    for folder in folders {
      let inside =
        (try? FileManager.default.subpathsOfDirectory(atPath: SourceFile.checkout.appending(path: folder).path))
      paths += (inside ?? []).map { "\(folder)/\($0)" }
    }
    return paths.filter { path in
      let name = URL(filePath: path)
      return (endings.contains(name.pathExtension) || name.lastPathComponent == "Makefile")
        && !path.contains("ArchitectureTests/Vocabulary") && !path.contains("/Fixtures/")
    }.sorted()
  }
}
