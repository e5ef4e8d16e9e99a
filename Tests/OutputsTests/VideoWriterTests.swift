import Capture
import FFmpeg
import Foundation
import Imaging
import Outputs
import Scene
import TestSupport
import Testing

@Suite struct VideoWriterTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Copies a source into a file; returns the times of what was read.
  func copy(_ source: any FrameSource, to path: String, preset: String = "superfast") throws -> [Double] {
    var settings = VideoWriter.Settings()
    settings.preset = preset
    settings.timeBase = source.description.timeBase
    settings.nominalRate = source.description.nominalRate
    var writer = try VideoWriter(path: path, settings: settings, audio: source.audio?.queue)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() {
      times.append(frame.stamp.seconds)
      try writer.write(frame.pixels, at: frame.stamp)
    }
    try writer.finish()
    return times
  }

  func times(of path: String) throws -> [Double] {
    let source = try StreamSource(file: path)
    var times: [Double] = []
    while case .frame(let frame) = try source.next() { times.append(frame.stamp.seconds) }
    return times
  }

  @Test(arguments: ["mp4", "mkv"])
  func `every frame of a test pattern comes back at its time`(ending: String) throws {
    let pattern = try #require(TestPattern(width: 162, height: 91, rate: 25, frameCount: 60))
    let path = folder.appending(path: "out.\(ending)").path
    let written = try copy(TestPatternSource(pattern), to: path)
    let read = try times(of: path)
    #expect(written.count == 60)
    #expect(read.count == 60)
    for (one, other) in zip(written, read) { #expect(abs(one - other) < 0.0006) }
  }

  @Test func `a variable rate stays variable`() throws {
    let path = folder.appending(path: "vfr.mp4").path
    let given = [0, 0.04, 0.2, 0.21, 1.5, 4, 4.01]
    var writer = try VideoWriter(path: path)
    let source = TestPatternSource(try #require(TestPattern(width: 64, height: 64, rate: 25)))
    for (index, seconds) in given.enumerated() {
      guard case .frame(let frame) = try source.next() else { break }
      try writer.write(frame.pixels, at: FrameStamp(index: index, seconds: seconds, arrival: 0))
    }
    try writer.finish()
    let read = try times(of: path)
    try #require(read.count == given.count)
    for (one, other) in zip(given, read) { #expect(abs(one - other) < 0.0001) }
  }

  @Test func `a file that was never finished plays up to its last second`() throws {
    let path = folder.appending(path: "killed.mp4").path, copyPath = folder.appending(path: "copy.mp4").path
    var settings = VideoWriter.Settings()
    settings.nominalRate = 25
    var writer = try VideoWriter(path: path, settings: settings)
    let source = TestPatternSource(try #require(TestPattern(width: 160, height: 120, rate: 25, frameCount: 200)))
    while case .frame(let frame) = try source.next() { try writer.write(frame.pixels, at: frame.stamp) }
    // What the system has at this moment is what a SIGKILL would leave.
    try FileManager.default.copyItem(atPath: path, toPath: copyPath)
    try writer.finish()
    #expect(try times(of: copyPath).count >= 200 - 50)
  }

  @Test func `two equal runs give equal bytes`() throws {
    let pattern = try #require(TestPattern(width: 96, height: 64, rate: 10, frameCount: 30))
    let paths = ["a.mp4", "b.mp4"].map { folder.appending(path: $0).path }
    for path in paths { _ = try copy(TestPatternSource(pattern), to: path) }
    #expect(try Data(contentsOf: URL(filePath: paths[0])) == Data(contentsOf: URL(filePath: paths[1])))
  }

  @Test func `the input is never overwritten and a full disk is an error of writing`() throws {
    let path = folder.appending(path: "in.mp4").path
    _ = try copy(
      TestPatternSource(try #require(TestPattern(width: 64, height: 64, rate: 10, frameCount: 5))), to: path)
    var settings = VideoWriter.Settings()
    settings.protectedFiles = ProtectedFiles([path])
    let refused = #expect(throws: OutputError.self) { _ = try VideoWriter(path: path, settings: settings) }
    #expect(refused?.code == .cannotCreate)
    let full = folder.appending(path: "full.mkv").path
    try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
    let failed = #expect(throws: OutputError.self) {
      _ = try copy(
        TestPatternSource(try #require(TestPattern(width: 320, height: 240, rate: 10, frameCount: 50))), to: full)
    }
    #expect(failed?.code == .writeFailed)
    #expect(failed?.cause?.code == .noSpace)
  }

  @Test(
    arguments: [(.old, 80), (.traffic, 377)] as [(TestClip, Int)])
  func `a copied clip keeps every frame, its time and its audio`(clip: TestClip, count: Int) throws {
    var options = SourceOptions()
    options.keepsAudio = true
    let source = try StreamSource(file: clip.file.path, options: options)
    let path = folder.appending(path: "copy.mp4").path
    let written = try copy(source, to: path, preset: "ultrafast")
    let read = try times(of: path)
    #expect(written.count == count)
    #expect(read.count == count)
    for (one, other) in zip(written, read) { #expect(abs(one - other) < 0.0001) }
    let tracks = try Demuxer(.file(path)).streams.filter { $0.parameters.kind == .audio }
    #expect(tracks.count == (source.audio == nil ? 0 : 1))
    if let track = tracks.first { #expect(abs((track.duration ?? 0) - 30.16) < 0.2) }
  }
}
