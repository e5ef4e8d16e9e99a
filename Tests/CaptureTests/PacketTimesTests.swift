import Foundation
import TestSupport
import Testing

@testable import Capture

/// Times that are wild, set back or missing.
@Suite struct PacketTimesTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func times(_ path: String) throws -> (times: [Double], losses: SourceLosses) {
    let source = try StreamSource(file: path)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() { times.append(frame.stamp.seconds) }
    return (times, source.losses)
  }

  @Test(
    arguments: [("libx264", "ts"), ("mpeg2video", "ts"), ("libx264", "mkv")], [9800.0, -9800.0, 60.0])
  func `one wild time of presentation moves no other`(clip: (codec: String, container: String), jump: Double) throws {
    // Matroska has no negative times and no times of decoding.
    let (codec, container) = clip
    if container == "mkv", jump < 0 { return }
    let path = "\(folder.path)/outlier.\(container)"
    let bend = "setts=pts='PTS+if(eq(N,7),\(jump)/TB,0)':dts=DTS"
    try FFmpegTool.run(
      ["-f", "lavfi", "-i", "testsrc2=s=160x96:r=10:d=2", "-c:v", codec, "-bf", "0", "-bsf:v", bend, "-muxdelay", "0"]
        + ["-f", container == "ts" ? "mpegts" : "matroska", path])
    let (times, losses) = try times(path)
    if jump == 9800 { #expect(losses.mendedTimestamps == 1) }
    #expect(times.count >= 19, "\(times)")
    #expect((times.last ?? 99) - (times.first ?? 0) < 2.2, "\(times)")
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "\(times)")
  }

  @Test(arguments: [2.0, 3, 7.5])
  func `joined broadcasts go on, frames and audio`(start: Double) throws {
    let parts = [start, 1.4].enumerated().map { ("\(folder.path)/\($0).ts", $1) }
    for (path, offset) in parts {
      try FFmpegTool.run([
        "-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-c:a",
        "aac", "-output_ts_offset", String(offset), path,
      ])
    }
    let whole = try parts.reduce(Data()) { $0 + (try Data(contentsOf: URL(filePath: $1.0))) }
    let path = folder.path + "/joined.ts"
    try whole.write(to: URL(filePath: path))
    var options = SourceOptions()
    options.keepsAudio = true
    let source = try StreamSource(file: path, options: options)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() { times.append(frame.stamp.seconds) }
    let audio = source.audio?.queue.takeAll() ?? []
    #expect(times.count == 100 && zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs((times.last ?? 0) - (times.first ?? 0) - 3.96) < 0.2, "\(times.last ?? 0)")
    let decoding = audio.compactMap { packet in packet.decodingTimestamp.map { packet.timeBase.seconds(of: $0) } }
    #expect(decoding.count > 165 && zip(decoding, decoding.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs((decoding.last ?? 0) - (times.last ?? 0)) < 0.3, "\(decoding.last ?? 0) \(times.last ?? 0)")
  }

  @Test func `tracks that are set back one after another stay together`() {
    var jumps = TimestampJumps(limit: 10)
    let video = [0, 1, 2, 3602, 3603].map { jumps.shift(of: 0, at: $0, interval: 1) }
    #expect(video == [0, 0, 0, -3599, -3599] && jumps.count == 1)
    #expect(jumps.shift(of: 0, at: 0, interval: 1) == 5 && jumps.count == 2)
    // What falls a little is left to those who show it.
    #expect(jumps.shift(of: 0, at: -0.2, interval: 1) == 5 && jumps.count == 2)
    var joined = TimestampJumps(limit: 10)
    for (track, time, shift) in [
      (0, 7.0, 0.0), (1, 6.9, 0), (0, 7.04, 0), (0, 1.4, 5.68), (1, 6.92, 0), (1, 1.3, 5.68), (0, 1.44, 5.68),
      (1, 1.34, 5.68),
    ] {
      #expect(abs(joined.shift(of: track, at: time, interval: 0.04) - shift) < 1e-9, "\(track) at \(time)")
    }
    #expect(joined.count == 1)
  }
}
