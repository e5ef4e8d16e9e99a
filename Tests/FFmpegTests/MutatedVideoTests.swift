import Checkpoints
import Foundation
import GELAN
import TestSupport
import Testing

/// Videos and frames that are cut or bent, each run through the whole program in a process of its own: libav may trip
/// over bytes, and a crash of it must not be taken for a result. `YOLOSTREAM_MUTATIONS` sets ten times the number of files.
@Suite(.serialized) struct MutatedVideoTests {
  /// Containers and codecs; each clip is a second of a test frame.
  private static let clips = [
    ("h264.mp4", ["-c:v", "libx264", "-g", "10"]), ("h264.mkv", ["-c:v", "libx264", "-bf", "2"]),
    ("fragments.mp4", ["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"]), ("h264.ts", ["-c:v", "libx264"]),
    ("hevc.mkv", ["-c:v", "libx265", "-x265-params", "log-level=none"]), ("mpeg4.avi", ["-c:v", "mpeg4"]),
    ("mjpeg.avi", ["-c:v", "mjpeg"]), ("mpeg2.mpg", ["-c:v", "mpeg2video"]), ("vp8.webm", ["-c:v", "libvpx"]),
    ("vp9.webm", ["-c:v", "libvpx-vp9", "-cpu-used", "8"]), ("flv1.flv", ["-c:v", "flv1"]),
    ("ffv1.mkv", ["-c:v", "ffv1"]),
    ("frames.gif", ["-c:v", "gif"]), ("png.mov", ["-c:v", "png"]), ("still.jpg", ["-frames:v", "1"]),
    ("still.png", ["-frames:v", "1"]), ("still.bmp", ["-frames:v", "1"]), ("still.tiff", ["-frames:v", "1"]),
  ]

  private static func makeClips(in folder: TemporaryFolder) throws -> [(name: String, bytes: [UInt8])] {
    try clips.compactMap { name, options in
      let path = folder.path(name)
      let outcome = try Program.run(
        "/usr/bin/ffmpeg",
        ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=20:duration=1", "-pix_fmt", "yuv420p"] + options
          + [path])
      // Encoders that this FFmpeg was built without are left out.
      guard outcome.status == 0, let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
      return (name, Array(data))
    }
  }

  @Test(
    .enabled(if: Program.path != nil, Comment(rawValue: Program.absence)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg"), "skipped: needs the ffmpeg command"),
    .timeLimit(.minutes(30)))
  func `a mutated video is played as far as it goes or refused with status 65`() throws {
    let program = try #require(Program.path)
    let folder = try TemporaryFolder()
    let originals = try Self.makeClips(in: folder)
    #expect(originals.count > 8)
    let model = folder.path("n.safetensors")
    try #require(FormulaWeights().model(named: "gelan-n")).write(to: model, licence: "none", origin: "a test")
    var outcomes: [String: Int] = [:]
    for seed in 0..<Mutations.count(usual: 40, share: 10) {
      var numbers = SeededNumbers(seed: 77_000 + seed)
      let (name, bytes) = originals[seed % originals.count]
      var bent = bytes
      if numbers.below(6) == 0 {
        bent.removeSubrange(numbers.below(bent.count)...)
      } else {
        Mutations.bend(&bent, head: numbers.below(2) == 0 ? 600 : bent.count, &numbers)
      }
      let path = folder.path("bent-\(name)")
      try Data(bent).write(to: URL(filePath: path))
      var arguments = ["run", path, "--model", model, "--imgsz", "64", "--threads", "1", "--max-frames", "100"]
      arguments +=
        numbers.below(4) == 0 ? ["--overwrite", "-o", folder.path("out.mp4")] : ["--detections", "/dev/null"]
      let outcome = try Program.run(program, arguments, seconds: 60)
      // 75: damaged, and what could be read was processed.
      let isRight =
        outcome.status == 0 || outcome.status == 65 && outcome.isOneSentence
        || outcome.status == 75 && outcome.messages.contains("is damaged")
      if !isRight {
        // Kept for inspection.
        try? Data(bent).write(
          to: FileManager.default.temporaryDirectory.appending(path: "yolostream-bent-\(seed)-\(name)"))
      }
      #expect(isRight, "file \(seed), \(name): \(outcome) \(arguments.joined(separator: " "))")
      outcomes[outcome.status.map { "status \($0)" } ?? "signal", default: 0] += 1
    }
    print(
      "mutated videos:", outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
  }
}
