import Foundation
import Outputs
import Testing

@Suite struct LineFileTests {
  @Test(
    arguments: [
      ("", ""), ("one\n", "one\n"), ("one\ntw", "one\n"), ("on", ""), ("\n", "\n"), ("one\n\0\0", "one\n"),
      (String(repeating: "a", count: 70_000) + "\ntorn", String(repeating: "a", count: 70_000) + "\n"),
      // No log looks like this.
      (String(repeating: "a", count: 70_000), String(repeating: "a", count: 70_000)),
    ])
  func `a line that a crash tore is dropped, and does not swallow the next`(before: String, kept: String) throws {
    let folder = try ScratchFolder()
    try Data(before.utf8).write(to: folder.url.appending(path: "events.jsonl"))
    var file = try LineFile(path: folder.path("events.jsonl"), appends: true)
    try file.append("next\n")
    #expect(try folder.text("events.jsonl") == kept + "next\n")
  }

  @Test func `what is no plain file is appended to all the same`() throws {
    var file = try LineFile(path: "/dev/null", appends: true)
    try file.append("next\n")
  }
}
