import Capture
import FFmpeg
import Foundation
import Imaging
import TestSupport
import Testing

/// Media as they come: what is kept, what is refused, what is said, and with which code.
@Suite(.serialized) struct MediaTests {
  let program = Result { try Program() }

  private func make(_ program: Program, _ arguments: [String]) throws {
    let outcome = try program.tool("ffmpeg", ["-v", "error", "-y"] + arguments)
    try #require(outcome.status == 0, "\(outcome.error)")
  }

  private static let view = ["-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=1"]
  private static let tone = ["-f", "lavfi", "-i", "sine=d=1"]

  @Test(arguments: ["ts", "flv", "aac.mkv"], ["mp4", "mkv"])
  func `AAC is copied whatever carries it`(input: String, output: String) throws {
    let program = try program.get()
    let format = input == "ts" ? "mpegts" : input == "flv" ? "flv" : "matroska"
    try make(
      program, Self.view + Self.tone + ["-c:v", "libx264", "-c:a", "aac", "-f", format, "in.\(input)"])
    let outcome = try program.run(["in.\(input)", "-o", "out.\(output)", "-q"])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    #expect(try program.frames(of: "out.\(output)") == 25)
    let given = try program.packets(of: "in.\(input)", stream: "a:0").count
    #expect(try program.packets(of: "out.\(output)", stream: "a:0").count >= given - 2 && given > 40)
    // It can be decoded, which its headers are needed for.
    let decoded = try program.tool(
      "ffmpeg", ["-v", "error", "-xerror", "-i", "out.\(output)", "-map", "0:a", "-f", "null", "-"])
    #expect(decoded.status == 0 && decoded.error.isEmpty, "\(decoded.error)")
  }

  @Test(
    arguments: [
      ("flac", true), ("libopus", true), ("mp2", true), ("ac3", true), ("alac", true), ("libvorbis", true),
      ("pcm_mulaw", false), ("pcm_s16le", false), ("wmav2", false), ("adpcm_ima_wav", false), ("g722", false),
    ])
  func `audio is copied into MP4 or left out in so many words`(codec: String, isCopied: Bool) throws {
    let program = try program.get()
    try make(
      program,
      Self.view + Self.tone + [
        "-c:v", "libx264", "-c:a", codec, "-strict", "-2", "-ar", codec == "g722" ? "16000" : "48000", "in.mkv",
      ])
    let outcome = try program.run(["in.mkv", "-o", "out.mp4", "-q"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try program.frames(of: "out.mp4") == 25)
    let packets = try program.packets(of: "out.mp4", stream: "a:0")
    #expect(packets.isEmpty != isCopied, "\(packets.count) \(outcome.error)")
    #expect(outcome.error.isEmpty == isCopied && (isCopied || outcome.error.contains("no audio")), "\(outcome.error)")
  }

  @Test(arguments: ["mp4", "mkv"])
  func `colours are what they were`(ending: String) throws {
    let program = try program.get()
    for (primaries, transfer, matrix) in [
      ("bt2020", "smpte2084", "bt2020nc"), ("bt2020", "arib-std-b67", "bt2020nc"), ("bt709", "iec61966-2-1", "bt709"),
      ("smpte170m", "smpte170m", "smpte170m"),
    ] {
      try make(
        program,
        Self.view + [
          "-c:v", "libx264", "-color_primaries", primaries, "-color_trc", transfer, "-colorspace", matrix,
          "in.\(ending)",
        ])
      #expect(try program.run(["in.\(ending)", "-o", "out.mp4", "--overwrite", "-q"]).status == 0)
      let shown = try program.tool(
        "ffprobe",
        [
          "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=color_space,color_transfer,color_primaries",
          "-of", "csv=p=0", "out.mp4",
        ]
      ).output
      #expect(shown.contains(transfer) && shown.contains(primaries) && shown.contains(matrix), "\(shown)")
    }
  }

  @Test func `a gap longer than MP4 has a number for keeps its length`() throws {
    let program = try program.get()
    try make(
      program,
      Self.view + [
        "-vf", "settb=1/90000,setpts='PTS+if(gte(N,10),25200/TB,0)+if(gte(N,20),90000/TB,0)'", "-fps_mode",
        "passthrough", "-enc_time_base", "1:90000", "-c:v", "mjpeg", "in.nut",
      ])
    let given = try program.times(of: "in.nut")
    #expect(given.count == 25 && (given.last ?? 0) > 115_000)
    for output in ["out.mp4", "out.mkv"] {
      #expect(try program.run(["in.nut", "-o", output, "-q"]).status == 0)
      let written = try program.times(of: output)
      #expect(written.count == 25)
      for (one, other) in zip(given, written) { #expect(abs(one - other) < 0.002, "\(output): \(one) \(other)") }
    }
  }

  @Test(arguments: ["libx264", "mjpeg", "ffv1"]) func `times before zero are kept`(codec: String) throws {
    let program = try program.get()
    try make(
      program,
      Self.view + [
        "-c:v", codec, "-bf", "0", "-bsf:v", "setts=pts=PTS-400:dts=DTS-400", "-avoid_negative_ts", "disabled",
        "in.mkv",
      ])
    #expect(try program.run(["in.mkv", "--detections", "d.jsonl", "-o", "out.mkv", "-q"]).status == 0)
    let times = try program.text("d.jsonl").matches(of: /"pts":([-0-9.]+)/).compactMap { Double($0.1) }
    #expect(times.count == 25)
    for (index, time) in times.enumerated() {
      #expect(abs(time - (Double(index) * 0.04 - 0.4)) < 0.001, "frame \(index) at \(time) s")
    }
    #expect(try program.frames(of: "out.mkv") == 25)
  }

  @Test(arguments: ["mp3", "m4a", "flac", "mkv"])
  func `audio with a cover is no video`(ending: String) throws {
    let program = try program.get()
    try make(program, ["-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", "cover.jpg"])
    if ending == "mkv" {
      try make(
        program, Self.tone + ["-c:a", "aac", "-attach", "cover.jpg", "-metadata:s:t", "mimetype=image/jpeg", "in.mkv"])
    } else {
      try make(
        program,
        Self.tone + [
          "-i", "cover.jpg", "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic", "in.\(ending)",
        ])
    }
    let outcome = try program.run(["in.\(ending)", "--detections", "-", "-q"])
    #expect(outcome.status == 65 && outcome.output.isEmpty && outcome.error.contains("no video"), "\(outcome.error)")
  }

  @Test func `a damaged input is done as far as it goes, and has its code`() throws {
    let program = try program.get()
    try make(program, FFmpegTool.photograph(seconds: 1) + ["-c:v", "libx264", "in.mp4"])
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: program.path("in.mp4"))))
    for place in stride(from: bytes.count / 3, to: bytes.count * 4 / 5, by: 301) { bytes[place] ^= 0x55 }
    try Data(bytes).write(to: URL(filePath: program.path("in.mp4")))
    for arguments in [["-q"], []] {
      let outcome = try program.run(
        ["in.mp4", "-o", "out.mp4", "--detections", "d.jsonl", "--overwrite"] + arguments)
      #expect(outcome.status == 75 && outcome.error.contains("in.mp4 is damaged"), "\(outcome.error)")
      #expect(try program.frames(of: "out.mp4") > 0)
    }
    // A folder names what it passes over.
    try FileManager.default.createDirectory(atPath: program.path("images"), withIntermediateDirectories: true)
    for name in ["a.jpg", "c.jpg"] {
      try FileManager.default.copyItem(atPath: TestClip.photograph.path, toPath: program.path("images/\(name)"))
    }
    try FileManager.default.createSymbolicLink(atPath: program.path("images/b.jpg"), withDestinationPath: "nowhere")
    let outcome = try program.run(["images", "-o", "found/", "-q"])
    #expect(outcome.status == 75 && outcome.error.contains("b.jpg"), "\(outcome.error)")
    #expect(
      FileManager.default.fileExists(atPath: program.path("found/a.jpg"))
        && FileManager.default.fileExists(atPath: program.path("found/c.jpg")))
  }

  @Test func `images that follow one another have tracks`() throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("frames"), withIntermediateDirectories: true)
    try make(program, FFmpegTool.photograph(seconds: 0.8) + ["frames/%03d.jpg"])
    let outcome = try program.run(["frames", "--mot", "t.txt", "--events", "e.jsonl", "-q"])
    #expect(outcome.status == 0, "\(outcome.error)")
    for (option, name) in [("--cvat", "t.xml"), ("--label-studio", "t.json"), ("--webvtt", "t.vtt")] {
      #expect(try program.run(["frames", option, name, "-q"]).status == 0)
      let text = try program.text(name)
      #expect(text.contains("<track ") || text.contains("videorectangle") || text.contains(" start"), "\(option)")
    }
    #expect(try program.text("t.txt").split(separator: "\n").count > 3)
    #expect(try program.text("e.jsonl").contains("\"type\":\"start\""))
    #expect(try program.run(["frames", "--image-rate", "0"]).status == 64)
  }

  @Test(arguments: [(1, 1), (1, 40), (40, 1), (3, 5), (17, 1)])
  func `the smallest frames become a video and an image`(width: Int, height: Int) throws {
    let program = try program.get()
    try make(
      program,
      ["-f", "lavfi", "-i", "testsrc2=s=64x64", "-vf", "scale=\(width):\(height)", "-frames:v", "2", "in%d.ppm"])
    try make(program, ["-framerate", "5", "-i", "in%d.ppm", "-c:v", "ffv1", "in.mkv"])
    for (input, output) in [("in1.ppm", "out.jpg"), ("in1.ppm", "out.png"), ("in.mkv", "out.mp4")] {
      let outcome = try program.run([input, "-o", output, "-q"])
      #expect(outcome.status == 0, "\(input) → \(output): \(outcome.error)")
    }
    #expect(try program.frames(of: "out.mp4") == 2)
  }

  @Test(arguments: ["ppm", "bmp", "tif", "jp2", "webp", "png", "jpg", "avif"])
  func `every image format goes in and comes out`(format: String) throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path("in"), withIntermediateDirectories: true)
    for name in ["a", "b"] {
      try make(program, ["-f", "lavfi", "-i", "testsrc2=s=98x66", "-frames:v", "1", "in/\(name).\(format)"])
    }
    for (input, output, result) in [
      ("in/a.\(format)", "out.jpg", "out.jpg"), ("in/a.\(format)", "one/", "one/a"), ("in", "all/", "all/b"),
    ] {
      let outcome = try program.run([input, "-o", output, "-q"])
      #expect(outcome.status == 0, "\(input) → \(output): \(outcome.error)")
      let names = try FileManager.default.contentsOfDirectory(
        atPath: program.path((result as NSString).deletingLastPathComponent))
      #expect(names.contains { $0.hasPrefix((result as NSString).lastPathComponent) }, "\(names)")
    }
  }

  @Test(
    arguments: [
      "--max-frames", "--vid-stride", "--max-det", "--duration", "--start", "--stats", "--timeout", "--track-buffer",
      "--image-rate", "--threads", "--line-thickness", "--imgsz",
    ],
    ["9223372036854775807", "-9223372036854775808", "1e308", "99999999999999999999", "nan", "inf", "-1", "0", ""])
  func `no number is absurd enough to crash`(option: String, value: String) throws {
    let program = try program.get()
    try make(program, Self.view + ["-c:v", "mpeg4", "in.avi"])
    let outcome = try program.run(["in.avi", "--detections", "/dev/null", "\(option)=\(value)"])
    #expect(!outcome.isKilled && [0, 64, 65, 69, 71].contains(outcome.status), "\(outcome.status) \(outcome.error)")
  }

  @Test(arguments: ["d.mp4", "d.mkv", "d.jpg"])
  func `a folder in the place of an output is no crash`(name: String) throws {
    let program = try program.get()
    try FileManager.default.createDirectory(atPath: program.path(name), withIntermediateDirectories: true)
    try make(program, ["-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", "in.png"])
    let outcome = try program.run([name == "d.jpg" ? "in.png" : "test:64x64@10:30", "-o", name, "-q"])
    #expect(
      outcome.status == 73 && !outcome.isKilled && outcome.error.contains(name), "\(outcome.status) \(outcome.error)")
    #expect(outcome.error.split(separator: "\n").count == 1)
  }
}
