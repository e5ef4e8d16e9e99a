import Foundation
import TestSupport
import Testing

/// `--view`, on a terminal of its own (`script` of util-linux).
@Suite(.serialized) struct ViewTests {
  let program = Result { try Program() }

  private func screen(_ program: Program, _ environment: String, _ input: String) throws -> String {
    let command = "stty cols 100 rows 30; \(environment) \(Program.executable.path) run \(input) --view"
    return try program.tool("script", ["-qec", command, "/dev/null"]).output
  }

  @Test func `frames are shown with labels, and the screen comes back`() throws {
    let shown = try screen(try program.get(), "COLORTERM=truecolor", try TestClip.old.file.path)
    let enter = try #require(shown.range(of: "\u{1B}[?1049h")), leave = try #require(shown.range(of: "\u{1B}[?1049l"))
    try #require(enter.upperBound < leave.lowerBound)
    let image = try #require(shown[enter.upperBound..<leave.lowerBound].split(separator: "\u{1B}[H").last)
    // 29 lines at most, one of them the summary; the image is as wide as its shape allows.
    let lines = image.split(whereSeparator: \.isNewline)
    let blocks = lines.map { $0.count { $0 == "▀" } }
    #expect(lines.count <= 31 && (20...29).contains(blocks.count { $0 > 20 }), "\(blocks)")
    #expect(blocks.max() ?? 0 <= 100)
    #expect(image.contains("\u{1B}[38;2;"))
    let words = image.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "")
    #expect(words.contains(/old {2}\d\.\d s {2}/), "\(words)")
    // No data and no progress in between.
    #expect(!image.contains("{") && !shown.contains("\"detections\""))
  }

  @Test func `a terminal of 256 colours gets those`() throws {
    let shown = try screen(try program.get(), "COLORTERM=", TestClip.photograph.path)
    #expect(shown.contains("\u{1B}[38;5;") && !shown.contains("\u{1B}[38;2;"))
    // A still stays on the screen.
    #expect(!shown.contains("\u{1B}[?1049h") && shown.contains("street  "))
    let words = shown.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "")
    #expect(words.contains("▀person▀") || words.contains("▀person #"), "\(words)")
  }

  @Test(
    arguments: [
      ([], "expected a terminal"), (["--detections", "-"], "expected a terminal"),
    ] as [([String], String)])
  func `without a terminal there is a sentence`(more: [String], words: String) throws {
    let outcome = try program.get().run(["test:64x64@10:3", "--view"] + more)
    #expect(outcome.status == 64 && outcome.error.contains(words), "\(outcome.error)")
  }

  @Test func `a second signal brings the screen back, too`() throws {
    let script = """
      import os, pty, select, signal, sys, time
      pid, terminal = pty.fork()
      if pid == 0:
          os.execv(sys.argv[1], [sys.argv[1], 'test:640x640@10', '--imgsz', '640', '--view'])
      shown = b''
      end = time.time() + 60
      while time.time() < end and b'\\x1b[H' not in shown:
          if select.select([terminal], [], [], 0.5)[0]: shown += os.read(terminal, 65536)
      for _ in range(2):
          os.kill(pid, signal.SIGINT)
          time.sleep(0.001)
      try:
          while True: shown += os.read(terminal, 65536)
      except OSError: pass
      os.waitpid(pid, 0)
      print(b'\\x1b[?1049h' in shown, shown.count(b'\\x1b[?1049l'))
      """
    let outcome = try program.get().tool("python3", ["-c", script, Program.executable.path])
    #expect(outcome.output == "True 1\n", "\(outcome.output)\(outcome.error)")
  }

  @Test func `a screen is not shared with data`() throws {
    let program = try program.get()
    let command = "\(Program.executable.path) test:64x64@10:3 --view --detections -"
    let outcome = try program.tool("script", ["-qc", command, "/dev/null"])
    #expect(outcome.output.contains("choose one"), "\(outcome.output)")
  }
}
