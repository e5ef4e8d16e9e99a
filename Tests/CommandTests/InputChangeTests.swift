import Foundation
import TestSupport
import Testing

/// What changes within an input, or is missing in it, is named, counted, and has an exit code.
@Suite struct InputChangeTests {
  private func make(_ program: Program, _ name: String, _ graph: String) throws {
    try FFmpegTool.run([
      "-f", "lavfi", "-i", graph, "-c:v", "libx264", "-preset", "ultrafast", "-vsync", "passthrough",
      program.path(name),
    ])
  }

  @Test(
    arguments: [
      (
        "rate.mkv", "testsrc=s=160x96:r=100:d=1.15,setpts='if(lt(N,40),N*10,400+(N-40)*4)'",
        "the rate changes from 10 to 25 frames/s at 4", "\"rate\" : 1", 115
      ),
      (
        "hole.mkv", "testsrc=s=160x96:r=10:d=9,select='not(between(t,4.05,6.05))'",
        "about 20 frames are missing after 4 s", "\"missing_frames\" : 20", 70
      ),
    ])
  func `a change in the middle is damage`(file: String, graph: String, sentence: String, count: String, frames: Int)
    throws
  {
    let program = try Program()
    try make(program, file, graph)
    let outcome = try program.run(["annotate", file, "-o", "out", "--formats", "detections"])
    #expect(outcome.status == 75 && outcome.error.contains("\(file): \(sentence)"), "\(outcome.error)")
    #expect(outcome.error.contains("1 done, 1 damaged"), "\(outcome.error)")
    let record = try program.text("out/\(file.prefix(4)).json")
    #expect(
      record.contains(count) && record.contains(sentence) && record.contains("\"frames\" : \(frames)"), "\(record)")
    let strict = try program.run(["annotate", file, "-o", "strict", "--formats", "detections", "--strict", "-q"])
    #expect(strict.status == 65)
    let single = try program.run([file, "--detections", "/dev/null", "-q"])
    #expect(single.status == 75 && single.error.contains(sentence), "\(single.error)")
  }

  @Test func `frames of another size in the middle are damage`() throws {
    let program = try Program()
    for (name, size) in [("a.ts", "160x96"), ("b.ts", "320x176")] {
      try make(program, name, "testsrc=s=\(size):r=10:d=2")
    }
    #expect(try program.tool("bash", ["-c", "cat a.ts b.ts > joined.ts"]).status == 0)
    let outcome = try program.run(["annotate", "joined.ts", "-o", "out", "--formats", "detections", "-q"])
    #expect(outcome.status == 75 && outcome.error.contains("frames change from 160x96 to 320x176"), "\(outcome.error)")
    #expect(try program.text("out/joined.json").contains("\"size\" : 1"))
  }

  @Test(
    arguments: [
      "testsrc=s=160x96:r=30:d=6,select='gt(random(1),0.4)'", "testsrc=s=160x96:r=30:d=6,select='not(eq(n,60))'",
      "testsrc=s=160x96:r=30:d=6,setpts='if(lt(N,90),PTS,PTS+30/TB)'",
    ])
  func `a variable rate, a single frame and a pause of the recording are not`(graph: String) throws {
    let program = try Program()
    try make(program, "clip.mkv", graph)
    let outcome = try program.run(["annotate", "clip.mkv", "-o", "out", "--formats", "detections", "-q"])
    #expect(outcome.status == 0, "\(outcome.error)")
  }
}
