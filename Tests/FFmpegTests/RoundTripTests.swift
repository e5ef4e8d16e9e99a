import Foundation
import Testing

@testable import FFmpeg

/// Encode, mux, demux, decode: what goes in comes out, at its time.
@Suite struct RoundTripTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    arguments: [
      ("libx264", .mp4), ("libx264", .matroska), ("mpeg4", .mp4), ("mpeg4", .matroska), ("ffv1", .matroska),
    ] as [(String, Muxer.Container)])
  func `every frame comes back at its time`(codec: String, container: Muxer.Container) throws {
    var clip = Clip(codec: codec, container: container)
    // A variable rate, with gaps.
    clip.times = [0, 40, 80, 81, 500, 501, 2000, 2040, 2080, 5000]
    let path = folder.path("clip")
    try clip.write(to: path)
    let reading = try Reading(.file(path))
    #expect(reading.frames.count == clip.times.count)
    for (seconds, time) in zip(reading.seconds, clip.times) {
      #expect(abs(seconds - Double(time) / 1000) < 0.0006)
    }
    #expect(reading.keys >= 1)
    #expect(reading.codec == (codec == "libx264" ? "h264" : codec))
  }

  @Test(arguments: [FrameFormat.yuv420p, .yuv444p])
  func `a codec without loss gives every sample back`(format: FrameFormat) throws {
    var clip = Clip(codec: "ffv1", format: format, width: 62, height: 34, container: .matroska)
    clip.times = (0..<5).map { $0 * 40 }
    let path = folder.path("lossless.mkv")
    try clip.write(to: path)
    let reading = try Reading(.file(path))
    try #require(reading.frames.count == 5)
    for (index, frame) in reading.frames.enumerated() {
      let original = try clip.frame(index)
      for plane in 0..<3 {
        let halves = plane > 0 && format == .yuv420p
        let (columns, rows) = (halves ? 31 : 62, halves ? 17 : 34)
        #expect(frame.samples(plane, columns, rows) == original.samples(plane, columns, rows))
      }
      #expect(frame.colour == FrameColour(matrix: .bt601, isFullRange: false))
      #expect(!frame.isDamaged)
    }
  }

  @Test func `a pipe gives what the file gives`() throws {
    let path = folder.path("clip.mkv")
    try Clip(container: .matroska).write(to: path)
    let file = try #require(FileHandle(forReadingAtPath: path))
    let reading = try Reading(.pipe(file.fileDescriptor))
    #expect(reading.frames.count == 40)
  }

  @Test func `a copied stream keeps its packets and times`() throws {
    let (from, to) = (folder.path("from.mp4"), folder.path("to.mkv"))
    try Clip().write(to: from)
    var demuxer = try Demuxer(.file(from))
    let mainVideo = demuxer.mainVideo
    let video = try #require(mainVideo)
    var muxer = try Muxer(path: to, container: .matroska)
    let isTaken = muxer.takes(video.parameters)
    #expect(isTaken)
    let stream = try muxer.addCopy(of: video)
    try muxer.begin()
    var bytes = 0
    while case .packet(let packet) = try demuxer.read() {
      bytes += packet.byteCount
      try muxer.write(packet, to: stream)
    }
    try muxer.finish()
    let reading = try Reading(.file(to))
    #expect(reading.frames.count == 40 && bytes > 0)
    for (index, seconds) in reading.seconds.enumerated() { #expect(abs(seconds - Double(index) * 0.04) < 0.0006) }
  }

  @Test(arguments: [FrameFormat.yuv420p, .yuv422p, .yuv440p, .yuv444p, .nv12, .rgb24])
  func `a frame of one colour keeps it through every arrangement of samples`(format: FrameFormat) throws {
    let frame = try Frame(width: 34, height: 18, format: .rgb24)
    let rows = try #require(frame.plane(0))
    for y in 0..<18 {
      for x in 0..<34 {
        for (c, level) in [200, 120, 40].enumerated() {
          rows.base[y * rows.stride + x * 3 + c] = UInt8(level)
        }
      }
    }
    var scaler = Scaler()
    let colour = FrameColour(matrix: .bt709, isFullRange: true)
    let there = try scaler.convert(frame, width: 34, height: 18, format: format, colour: colour)
    let back = try scaler.convert(there, width: 17, height: 9, format: .rgb24)
    for (index, level) in back.samples(0, 17 * 3, 9).enumerated() {
      #expect(abs(Int(level) - [200, 120, 40][index % 3]) <= 3)
    }
  }

  @Test(
    arguments: [
      (.video, 90_000, 1.0), (.microseconds, 1_500_000, 1.5),
      (TimeBase(numerator: 1001, denominator: 30_000)!, 30, 1.001),
    ] as [(TimeBase, Int64, Double)])
  func `ticks and seconds`(base: TimeBase, ticks: Int64, seconds: Double) {
    #expect(abs(base.seconds(of: ticks) - seconds) < 1e-12)
    #expect(base.ticks(at: seconds) == ticks)
    #expect(base.ticks(at: .nan) == 0)
    #expect(base.ticks(at: 1e30) == 1 << 62 && base.ticks(at: -1e30) == -(1 << 62))
  }

  @Test func `a time base of nothing is none`() {
    #expect(TimeBase(numerator: 0, denominator: 1) == nil && TimeBase(numerator: 1, denominator: -1) == nil)
  }
}
