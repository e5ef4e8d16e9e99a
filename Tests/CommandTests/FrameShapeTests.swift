import Foundation
import TestSupport
import Testing

/// Frames as they should look: fields put together, pixels square, for the network and in what is written.
@Suite(.serialized) struct FrameShapeTests {
  let program = Result { try Program() }

  /// A view that moves 8 pixels a field, 50 fields per second.
  private static let view = [
    "-loop", "1", "-framerate", "50", "-i", TestClip.photograph.path, "-t", "1", "-vf",
  ]
  private static let pan = "crop=512:288:x='40+t*200':y=60,format=yuv420p"

  @Test(
    arguments: [
      ("libx264", "mp4", true, ["-flags", "+ilme+ildct", "-top", "1"]),
      ("libx264", "ts", false, ["-flags", "+ilme+ildct", "-top", "0"]),
      ("mpeg2video", "ts", false, ["-flags", "+ilme+ildct", "-top", "0", "-q:v", "3"]),
      ("mpeg2video", "mpg", true, ["-flags", "+ilme+ildct", "-top", "1", "-q:v", "3"]),
      ("mpeg4", "mkv", true, ["-flags", "+ilme+ildct", "-top", "1", "-q:v", "3", "-field_order", "tt"]),
      // The decoders of these say nothing of fields; the container does.
      ("mjpeg", "mov", true, ["-q:v", "2"]),
      ("mjpeg", "mkv", true, ["-q:v", "2"]),
      ("ffvhuff", "mkv", true, []),
    ])
  func `fields are put together`(codec: String, ending: String, isTopFirst: Bool, options: [String]) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      ["-v", "error", "-y"] + Self.view
        + [Self.pan + ",tinterlace=interleave_\(isTopFirst ? "top" : "bottom")", "-r", "25", "-c:v", codec] + options
        + ["in.\(ending)"])
    #expect(try combed(program, "in.\(ending)") > 0.8, "the input has fields")
    let outcome = try program.run(["in.\(ending)", "-o", "out.mp4", "--overwrite", "-q"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try combed(program, "out.mp4") < 0.2)
    #expect(try program.show("field_order", of: "out.mp4", stream: "v:0") == "progressive")
  }

  /// Share of the frames that FFmpeg's own detector takes for two fields.
  private func combed(_ program: Program, _ name: String) throws -> Double {
    let report = try program.tool("ffmpeg", ["-hide_banner", "-i", name, "-vf", "idet", "-f", "null", "-"]).error
    let found = try #require(
      report.firstMatch(of: /Multi frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)/), "\(report)")
    let counts = [found.1, found.2, found.3].compactMap { Double($0) }
    return (counts[0] + counts[1]) / max(counts.reduce(0, +), 1)
  }

  @Test(arguments: ["1/2", "2/1", "64/45", "10/11"], ["mp4", "mkv", "ts", "avi"])
  func `pixels are square`(aspect: String, ending: String) throws {
    let program = try program.get()
    // A square of 96 on 400x240, squeezed as the container states.
    let parts = aspect.split(separator: "/").compactMap { Double($0) }
    let width = Int((400 / (parts[0] / parts[1]) / 2).rounded()) * 2
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "color=black:s=400x240:r=10:d=0.5", "-vf",
        "drawbox=152:72:96:96:white:fill,scale=\(width):240,setsar=\(aspect),format=yuv420p", "-c:v",
        ending == "avi" ? "mpeg4" : "libx264", "in.\(ending)",
      ])
    let outcome = try program.run(["in.\(ending)", "-o", "out.mp4", "--overwrite", "-q", "--conf", "1"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(["1:1", "N/A"].contains(try program.show("sample_aspect_ratio", of: "out.mp4", stream: "v:0")))
    let columns = try #require(Int(try program.show("width", of: "out.mp4", stream: "v:0")))
    let rows = try #require(Int(try program.show("height", of: "out.mp4", stream: "v:0")))
    #expect(abs(Double(columns) / Double(rows) - 400.0 / 240) < 0.02, "\(columns)x\(rows)")
    try program.tool(
      "ffmpeg", ["-v", "error", "-y", "-i", "out.mp4", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "g"])
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: program.path("g"))))
    let bright = bytes.indices.filter { bytes[$0] > 128 }
    let across = Set(bright.map { $0 % columns }).count, down = Set(bright.map { $0 / columns }).count
    #expect(abs(across - down) <= 4 && across > 60, "\(across)x\(down)")
  }
}
