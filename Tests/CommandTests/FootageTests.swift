import Foundation
import TestSupport
import Testing

/// Events of files, and logs that grow.
@Suite struct FootageTests {
  @Test func `events of a file are dated by the time that its container states`() throws {
    let program = try Program()
    try FFmpegTool.run([
      "-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-t", "2", "-vf", "scale=640:-2,format=yuv420p",
      "-c:v", "libx264", "-metadata", "creation_time=2025-05-05T12:00:00Z", program.path("clip.mp4"),
    ])
    for (command, log) in [
      (["clip.mp4", "--events", "run.jsonl"], "run.jsonl"),
      (["annotate", "clip.mp4", "-o", "out", "--formats", "events"], "out/clip.events.jsonl"),
    ] {
      let outcome = try program.run(command + ["--imgsz", "320", "-q"], hasModel: false)
      #expect(outcome.status == 0, "\(outcome.error)")
      let lines = try program.text(log).split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines { #expect(line.contains("\"ts\":\"2025-05-05T12:00:0"), "\(line)") }
    }
  }

  @Test func `zones, lines and masks of a service's camera hold for a file`() throws {
    let program = try Program()
    // Persons and a bus come into view from the right.
    try FFmpegTool.run([
      "-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-t", "4", "-vf",
      "pad=iw*2:ih:iw:0:gray,crop=iw/2:ih:x='t*iw/8':y=0,scale=640:-2,format=yuv420p", "-c:v", "libx264",
      program.path("clip.mp4"),
    ])
    try """
    version: 1
    cameras:
      front: {url: "rtsp://h/"}
      yard:
        url: "rtsp://h/"
        privacy_masks: [[[0, 0], [1, 0], [1, 0.1], [0, 0.1]]]
        zones: {half: {points: [[0, 0.2], [1, 0.2], [1, 1], [0, 1]], anchor: centre, hold: 0s, loiter: {all: 300ms}}}
    """.write(toFile: program.path("service.yml"), atomically: true, encoding: .utf8)
    for (words, expected) in [([], "expected --as with one of front, yard"), (["--as", "yrd"], "did you mean yard?")] {
      let refused = try program.run(["clip.mp4", "-c", "service.yml", "-q"] + words, hasModel: false)
      #expect(refused.status == 64 && refused.error.contains(expected), "\(refused.status) \(refused.error)")
    }
    let outcome = try program.run(
      ["clip.mp4", "-c", "service.yml", "--as", "yard", "--events", "e.jsonl", "-o", "o.mp4", "--imgsz", "320", "-q"],
      hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    let text = try program.text("e.jsonl")
    for type in ["zone_enter", "loiter"] { #expect(text.contains("\"type\":\"\(type)\""), "\(text)") }
    #expect(text.contains("\"camera\":\"yard\"") && text.contains("\"zone\":\"half\""))
    // The mask is as black in what is written.
    let frame = try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-i", "o.mp4", "-frames:v", "1", "-vf", "crop=iw:20:0:4,signalstats,metadata=print:file=-", "-f",
        "null", "-",
      ])
    let top = try #require(frame.output.firstMatch(of: /YMAX=(\d+)/).flatMap { Int($0.1) })
    #expect(top < 40, "\(frame.output)")
  }

  @Test func `a log is followed as it grows`() throws {
    let program = try Program()
    func line(_ number: Int) -> String {
      "{\"v\":2,\"id\":\"01KB5Q8Z9X000000000000000\(number)\",\"type\":\"start\",\"camera\":\"yard\",\"seq\":\(number),"
        + "\"ts\":\"2025-11-28T10:00:00.120Z\",\"label\":\"person\"}\n"
    }
    try line(1).write(toFile: program.path("e.jsonl"), atomically: false, encoding: .utf8)
    let running = try program.start(["events", "tail", "e.jsonl"], hasModel: false)
    defer { running.process.terminate() }
    running.wait { (try? running.outputSoFar()) == line(1) }
    let file = try #require(FileHandle(forWritingAtPath: program.path("e.jsonl")))
    try file.seekToEnd()
    try file.write(contentsOf: Data(line(2).utf8))
    running.wait { (try? running.outputSoFar()) == line(1) + line(2) }
    #expect(try running.outputSoFar() == line(1) + line(2))
  }
}
