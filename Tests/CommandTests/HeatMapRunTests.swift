import Foundation
import TestSupport
import Testing

/// `--heatmap` and `--speed` on a video whose people move with the view.
@Suite struct HeatMapRunTests {
  @Test func `the image is warm where people stood, and speeds are those of the view`() throws {
    let program = try Program()
    // The view moves by 60 pixels a second over a photograph of people.
    try FFmpegTool.run([
      "-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-t", "4", "-vf",
      "crop=480:400:x='t*60':y=60,format=yuv420p", "-c:v", "libx264", "-g", "10", program.path("clip.mp4"),
    ])
    // All of the frame, as if it were ground seen from straight above, a metre for each 40 pixels: 1.5 m/s.
    let outcome = try program.run(
      [
        "clip.mp4", "--heatmap", "heat.png", "--mot", "tracks.txt", "--events", "e.jsonl", "-o", "out.mp4", "--zone",
        "ground:0,0;1,0;1,1;0,1", "--speed", "ground:12,10,12,10", "--speed-unit", "m/s", "--imgsz", "480", "-q",
      ], hasModel: false)
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    try FFmpegTool.run([
      "-i", program.path("heat.png"), "-f", "rawvideo", "-pix_fmt", "rgb24", program.path("heat.raw"),
    ])
    let pixels = [UInt8](try Data(contentsOf: URL(filePath: program.path("heat.raw"))))
    // 640 columns; the scale is below the frame.
    let (width, height) = (640, 533)
    #expect(pixels.count > width * height * 3)
    var warm = 0, count = 0
    for line in try program.text("tracks.txt").split(separator: "\n") {
      let row = line.split(separator: ",").compactMap { Double($0) }
      // Feet below the frame are at its edge; objects of the first frames are stationary until they move.
      guard row[0] > 12 else { continue }
      let x = Int((row[2] + row[4] / 2) / 480 * Double(width)), y = Int((row[3] + row[5]) / 400 * Double(height))
      let start = (min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)) * 3
      count += 1
      if Int(pixels[start]) - Int(pixels[start + 2]) > 25 || pixels[start + 2] > pixels[start + 1] &+ 20 { warm += 1 }
    }
    #expect(count > 20 && warm * 10 >= count * 8, "\(warm) of \(count)")
    let events = try program.text("e.jsonl").split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    // Who leaves at the border is cut off there, so that the middle of the box is slower.
    let speeds = events.compactMap { $0["top_speed"] as? Double }
    let median = try #require(speeds.sorted().dropFirst(speeds.count / 2).first, "\(events)")
    #expect(abs(median - 1.5) < 0.3, "\(speeds)")
    #expect(events.allSatisfy { $0["mean_speed"] == nil || $0["speed_unit"] as? String == "m/s" })
  }

  @Test func `an image of before is not overwritten`() throws {
    let program = try Program()
    try Data([1]).write(to: URL(filePath: program.path("heat.png")))
    let outcome = try program.run(["test:64x64@10:3", "--heatmap", "heat.png", "-q"])
    #expect(outcome.status == 73 && outcome.error.contains("heat.png"), "\(outcome.error)")
    #expect(try program.run(["test:64x64@10:3", "--heatmap", "heat.png", "--overwrite", "-q"]).status == 0)
    #expect(try Data(contentsOf: URL(filePath: program.path("heat.png"))).starts(with: [0x89, 0x50]))
  }
}
