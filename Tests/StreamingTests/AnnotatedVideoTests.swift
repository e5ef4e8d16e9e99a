import Capture
import FFmpeg
import Foundation
import Inference
import Outputs
import Scene
import TestSupport
import Testing

@testable import Streaming

/// What an annotated video keeps of its source besides the pixels.
@Suite struct AnnotatedVideoTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func detector() throws -> Detector {
    var options = Detector.Options()
    (options.width, options.height) = (64, 64)
    options.detection = DetectionOptions(confidence: 0.1, limit: 10)
    return Detector(try #require(MadeUpModel.make()), options: options)
  }

  /// Primaries and transfer characteristics of the first frame of `path`.
  private func colours(_ path: String) throws -> ColourMetadata {
    var options = SourceOptions()
    options.takesPlaylists = true
    let source = try StreamSource(file: path, options: options)
    guard case .frame(let frame) = try source.next() else { return .unspecified }
    return frame.pixels.colourMetadata
  }

  @Test func `colours of HDR are kept, also beside an output that needs the pixels as they were`() async throws {
    let path = folder.path + "/hdr.mp4"
    try FFmpegTool.run(
      FFmpegTool.photograph(seconds: 0.5) + [
        "-c:v", "libx264", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", path,
      ])
    let expected = try colours(path)
    #expect(expected != .unspecified)
    for output in ["alone.mp4", "beside.mp4", "list.m3u8"] {
      let name = "\(folder.path)/\(output)"
      let source = try SourceAddress(parsing: path).open()
      var options = StreamOptions()
      options.annotated = [try AnnotatedOutput(path: name, for: source.description)]
      if output == "beside.mp4" { options.add("crops", to: folder.path + "/crops") }
      try await StreamRun(source: source, detector: detector(), options: options).run()
      #expect(try colours(name) == expected, "\(output)")
    }
  }

  @Test func `a live video that changes its size goes on with its audio in a file of its own`() throws {
    let taken = folder.path + "/out-2.mp4"
    try Data("mine".utf8).write(to: URL(filePath: taken))
    var options = SourceOptions()
    options.keepsAudio = true
    let source = try StreamSource(file: TestClip.traffic.file.path, options: options)
    var settings = VideoWriter.Settings()
    settings.origin = nil
    let sink = try VideoSink(
      path: folder.path + "/out.mp4", settings: settings, isLive: true, audio: source.audio?.queue, warn: { _ in })
    let small = TestPatternSource(try #require(TestPattern(width: 64, height: 64, rate: 12.5)))
    for index in 0..<60 {
      guard case .frame(let frame) = try source.next(), case .frame(let other) = try small.next() else { break }
      let layout = frame.pixels.layout
      let findings = FrameFindings(stamp: frame.stamp, width: layout.width, height: layout.height, detections: [])
      // The audio of the clip goes on, the frames are others.
      if index < 30 {
        try sink.write(frame.pixels, findings, .unspecified)
      } else {
        try sink.write(other.pixels, findings, .unspecified)
      }
    }
    try sink.finish()
    #expect(try String(contentsOfFile: taken, encoding: .utf8) == "mine")
    for name in ["out.mp4", "out-3.mp4"] {
      var demuxer = try Demuxer(.file("\(folder.path)/\(name)"))
      var counts: [StreamParameters.Kind: Int] = [:]
      let streams = demuxer.streams
      while case .packet(let packet) = try demuxer.read() {
        counts[streams[packet.streamIndex].parameters.kind, default: 0] += 1
      }
      #expect(counts[.video] == 30 && counts[.audio] ?? 0 > 20, "\(name): \(counts)")
    }
  }
}
