import Capture
import Foundation
import TestSupport
import Testing

/// When frames of live sources came, and what has an end although it comes over a network.
@Suite(.serialized) struct LiveTimeTests {
  let program = Result { try Program() }

  private func makeClip(_ program: Program, frames: Int, options: [String] = []) throws {
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", String(frames), "-c:v",
        "libx264", "-bf", "0", "-g", "4", "-tune", "zerolatency",
      ] + options + ["clip.h264"])
  }

  @Test(arguments: [(1.0, 5, 1), (5, 12, 1), (5, 12, 4), (25, 40, 1)])
  func `an event has the time at which its frame had come`(rate: Double, frames: Int, slices: Int) throws {
    let program = try program.get()
    try makeClip(program, frames: frames, options: ["-x264-params", "sliced-threads=0:slices=\(slices)"])
    let camera = try PlainCamera(clip: program.path("clip.h264"), rate: rate, log: program.path("log"))
    defer { withExtendedLifetime(camera) {} }
    var options = SourceOptions()
    options.transport = .tcp
    let arrivals = try arrivals(of: StreamSource(network: camera.url, options: options), count: frames - 1)
    check(arrivals, against: camera.sendingTimes, count: frames - 1)
  }

  @Test(arguments: ["ts", "h264"], [(2.0, 6), (10, 20)])
  func `so has one that comes over a plain connection`(ending: String, timing: (rate: Double, frames: Int)) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", String(timing.frames),
        "-c:v", "libx264", "-bf", "0", "-g", "4", "-tune", "zerolatency", "-x264-params", "aud=1", "clip.\(ending)",
      ])
    let sender = try PlainSender(clip: program.path("clip.\(ending)"), rate: timing.rate, log: program.path("log"))
    defer { withExtendedLifetime(sender) {} }
    let arrivals = try arrivals(of: StreamSource(network: sender.url), count: timing.frames - 2)
    check(arrivals, against: sender.sendingTimes, count: timing.frames - 2)
  }

  /// When the first `count` frames came, in seconds since 1970.
  private func arrivals(of source: StreamSource, count: Int) throws -> [Double] {
    var arrivals: [Double] = []
    // The monotonic clock and that on the wall at one moment.
    let offset = Date().timeIntervalSince1970 - Double(monotonicNanoseconds()) / 1e9
    while arrivals.count < count, case .frame(let frame) = try source.next() {
      arrivals.append(Double(frame.stamp.arrival) / 1e9 + offset)
    }
    return arrivals
  }

  private func check(_ arrivals: [Double], against sent: [Double], count: Int) {
    #expect(arrivals.count == count && sent.count >= arrivals.count)
    for (index, (one, other)) in zip(arrivals, sent).enumerated() {
      #expect(abs(one - other) < 0.1, "frame \(index): \(one - other) s")
    }
  }

  private func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  @Test(arguments: [10.0, 40], ["mjpeg", "bare"])
  func `images without times have that of their arrival`(rate: Double, form: String) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-frames:v", "30", "-c:v", "mjpeg",
        "all.mjpeg",
      ])
    let server = try PlainWebServer(folder: program.folder.path)
    defer { withExtendedLifetime(server) {} }
    let source = try StreamSource(network: "http://127.0.0.1:\(server.port)/\(form)/\(rate)/all.mjpeg")
    var times: [Double] = []
    while times.count < 28, case .frame(let frame) = try source.next() { times.append(frame.stamp.seconds) }
    let length = (times.last ?? 0) - (times.first ?? 0)
    #expect(abs(length - Double(times.count - 1) / rate) < 0.3, "\(length)")
  }

  @Test(arguments: ["mp4", "mkv", "ts", "m3u8", "avi"])
  func `what has an end is a file, wherever it lies`(ending: String) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-frames:v", "75", "-c:v", "libx264",
        "-g", "25", "-hls_time", "1", "-hls_playlist_type", "vod",
      ].filter { ending == "m3u8" || !$0.hasPrefix("-hls") && $0 != "1" && $0 != "vod" } + ["film.\(ending)"])
    let server = try PlainWebServer(folder: program.folder.path)
    defer { withExtendedLifetime(server) {} }
    let outcome = try program.run([
      "http://127.0.0.1:\(server.port)/film.\(ending)", "--detections", "d.jsonl", "-o", "out.mp4",
    ])
    #expect(outcome.status == 0 && outcome.error.contains(" 0 dropped"), "\(outcome.error)")
    #expect(try program.text("d.jsonl").split(separator: "\n").count == 75)
    #expect(try program.frames(of: "out.mp4") == 75)
  }

  @Test(arguments: ["aac", "mp2", "ac3"], ["mp4", "mkv"])
  func `audio goes on when a stream has come back`(codec: String, ending: String) throws {
    let program = try program.get()
    try program.tool(
      "ffmpeg",
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25:duration=2", "-f", "lavfi", "-i",
        "sine=duration=2", "-c:v", "libx264", "-bf", "0", "-g", "5", "-c:a", codec, "clip.ts",
      ])
    let sender = try PlainSender(clip: program.path("clip.ts"), rate: 25, log: program.path("log"))
    defer { withExtendedLifetime(sender) {} }
    let outcome = try program.run([
      sender.url, "-o", "out.\(ending)", "--overwrite", "--max-frames", "75", "--backoff", "0.1s..0.2s", "--timeout",
      "5",
    ])
    #expect(outcome.status == 0 && outcome.error.contains("is back"), "\(outcome.error)")
    let given = try program.packets(of: "clip.ts", stream: "a:0").count
    let written = try program.packets(of: "out.\(ending)", stream: "a:0").count
    #expect(written > given + 5, "\(written) of \(given) a connection")
  }
}
