import FFmpeg
import Foundation
import TestSupport
import Testing

@testable import Recording

/// Exports of segments of different connections.
@Suite struct RecordingExportTests {
  private static let start: Int64 = 1_790_000_000_000
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// Makes a segment of one second with ten frames, and audio by options of `ffmpeg`.
  private func record(_ audio: [String], at start: Int64) throws {
    let name = SegmentName(camera: "front", start: start).finished(at: start + 1000, hasMotion: false)
    let place = "\(scratch.path)/\(RecordedName.segment(name).folder)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FFmpegTool.run(
      ["-f", "lavfi", "-i", "sine=duration=1"] + FFmpegTool.photograph(seconds: 1)
        + ["-map", "1:v", "-c:v", "libx264", "-bf", "0"] + audio + ["\(place)/\(name.file)"])
  }

  @Test(
    arguments: [
      ([], ["-map", "0:a", "-map", "0:a"], 0), (["-map", "0:a"], ["-map", "0:a", "-ar", "16000"], 1),
      (["-map", "0:a"], ["-map", "0:a"], 2),
    ] as [([String], [String], Double)])
  func `audio that the first segment does not have, or has otherwise, is left out`(
    first: [String], second: [String], seconds: Double
  ) throws {
    try record(first, at: Self.start)
    try record(second, at: Self.start + 1000)
    let folder = SegmentFolder(path: scratch.path)
    let export = try #require(RecordingExport(of: "front", Self.start..<Self.start + 2000, in: folder))
    var bytes: [UInt8] = []
    while let piece = try export.next() { bytes += piece }
    let path = scratch.path + "/export.mp4"
    try Data(bytes).write(to: URL(filePath: path))
    var demuxer = try Demuxer(.file(path))
    let video = demuxer.mainVideo?.index, streamCount = demuxer.streams.count
    var frames = 0, heard = 0.0
    while case .packet(let packet) = try demuxer.read() {
      if packet.streamIndex == video { frames += 1 } else { heard += packet.duration ?? 0 }
    }
    #expect(streamCount == (first.isEmpty ? 1 : 2) && frames == 20)
    #expect(abs(heard - seconds) < 0.15, "\(heard)")
  }
}
