import Foundation
import TestSupport
import Testing

/// `--track-clips` and `--track-crops`: what each track shows, frame by frame.
@Suite struct TrackExportTests {
  @Test func `each track has a clip and images of exactly its frames`() throws {
    let program = try Program()
    try FFmpegTool.run([
      "-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-t", "3", "-vf",
      "crop=640:480:x='t*30':y=60,format=yuv420p", "-c:v", "libx264", "-g", "30", "-bf", "2", program.path("clip.mp4"),
    ])
    let outcome = try program.run(
      ["annotate", "clip.mp4", "-o", "out", "--formats", "mot,track-clips,track-crops", "--imgsz", "320", "-q"],
      hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    var frames: [String: [Int]] = [:]
    for line in try program.text("out/clip.mot.txt").split(separator: "\n") {
      let fields = line.split(separator: ",")
      frames[String(fields[1]), default: []].append((Int(fields[0]) ?? 0) - 1)
    }
    #expect(!frames.isEmpty)
    let rows = try program.text("out/clip.track-clips/tracks.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.first?.prefix(5) == ["track", "class_id", "class", "first_frame", "last_frame"])
    #expect(Set(rows.dropFirst().map { $0[0] }) == Set(frames.keys))
    for row in rows.dropFirst() {
      let shown = try #require(frames[row[0]])
      #expect(row[3] == "\(shown[0])" && row[4] == "\(shown[shown.count - 1])" && row[7] == "\(shown.count)", "\(row)")
      #expect(row[9] == "\(row[0])-\(row[2]).mp4")
      #expect(try program.frames(of: "out/clip.track-clips/\(row[9])") == shown.count)
      let crops = try FileManager.default.contentsOfDirectory(
        atPath: program.path("out/clip.track-crops/\(row[0])-\(row[2])"))
      #expect(Set(crops) == Set(shown.map { "\($0).jpg" }), "\(row)")
      // The view moves by three pixels a frame: another frame has a ratio of about 20 dB.
      let same = try program.tool(
        "ffmpeg",
        [
          "-i", "clip.mp4", "-i", "out/clip.track-clips/\(row[9])", "-filter_complex",
          "[0]select=eq(n\\,\(shown[0])),setpts=0[a];[1]select=eq(n\\,0),setpts=0[b];[a][b]psnr", "-f", "null", "-",
        ])
      let ratio = same.error.split(separator: "average:").last?.prefix { !$0.isWhitespace } ?? ""
      #expect(Double(ratio) ?? 0 > 30, "\(row): \(same.error.suffix(300))")
    }
  }

  @Test func `what stands still does not fill the disk`() throws {
    let program = try Program()
    let still = ["-loop", "1", "-framerate", "25", "-i", TestClip.photograph.path, "-t", "12", "-vf", "scale=320:-2"]
    try FFmpegTool.run(still + ["-c:v", "libx264", "-preset", "ultrafast", program.path("still.mp4")])
    let outcome = try program.run(["still.mp4", "--track-crops", "crops", "--imgsz", "320", "-q"], hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    let rows = try program.text("crops/tracks.csv").split(separator: "\n").map { $0.split(separator: ",") }
    let first = try #require(rows.first { row in row.count > 9 && row[7] == "300" })
    // A hundred of a hundred, every second one of the next two hundred.
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.path("crops/\(first[9])")).count == 200)
  }
}
