import FFmpeg
import Foundation

/// A folder that is removed with its owner.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
}

/// Frames that move, encoded and put into a file.
struct Clip {
  var codec = "libx264"
  var format = FrameFormat.yuv420p
  var width = 96
  var height = 64
  var container = Muxer.Container.mp4
  /// Ticks of `timeBase` at which the frames are shown.
  var times: [Int64] = (0..<40).map { $0 * 40 }
  var timeBase = TimeBase(numerator: 1, denominator: 1000)!

  /// Frame `index`: a ramp that moves, another in each plane.
  func frame(_ index: Int) throws -> Frame {
    let frame = try Frame(width: width, height: height, format: format)
    for plane in 0..<3 {
      guard let rows = frame.plane(plane) else { continue }
      let halves = plane > 0 && format != .yuv444p
      for y in 0..<(halves ? height / 2 : height) {
        for x in 0..<(halves ? width / 2 : width) {
          rows.base[y * rows.stride + x] = UInt8(truncatingIfNeeded: 40 + (x + y + index * 3 + plane * 50) % 160)
        }
      }
    }
    return frame
  }

  /// Encodes all of it into `path`.
  func write(to path: String, beforeFlush: () throws -> Void = {}) throws {
    var settings = Encoder.Settings(
      codecName: codec, width: width, height: height, format: format,
      colour: FrameColour(matrix: .bt601, isFullRange: false), timeBase: timeBase)
    settings.keyInterval = 12
    settings.hasGlobalHeader = true
    var encoder = try Encoder(settings)
    var muxer = try Muxer(path: path, container: container)
    let stream = try muxer.addStream(of: encoder)
    try muxer.begin()
    func drain(_ encoder: inout Encoder, _ muxer: inout Muxer) throws {
      while case .packet(let packet) = try encoder.receive() { try muxer.write(packet, to: stream) }
    }
    for (index, time) in times.enumerated() {
      try encoder.send(try frame(index), timestamp: time)
      try drain(&encoder, &muxer)
    }
    try encoder.send(nil)
    try drain(&encoder, &muxer)
    try beforeFlush()
    try muxer.finish()
  }
}

/// What a file gives when it is read to its end.
struct Reading {
  var frames: [Frame] = []
  var seconds: [Double] = []
  var keys = 0
  var codec = ""

  init(_ input: Demuxer.Input, timeout: Double = 10, interrupt: InterruptFlag = InterruptFlag()) throws {
    var demuxer = try Demuxer(input, timeout: timeout, interrupt: interrupt)
    guard let video = demuxer.mainVideo else { throw FFmpegError(.invalidData, "cannot read: no video") }
    codec = video.parameters.codecName
    var decoder = try Decoder(video.parameters)
    var isAtEnd = false
    while !isAtEnd {
      switch try demuxer.read() {
      case .packet(let packet) where packet.streamIndex == video.index:
        if packet.isKey { keys += 1 }
        try decoder.send(packet)
      case .packet: continue
      case .endOfStream:
        try decoder.send(nil)
        isAtEnd = true
      }
      while case .frame(let frame) = try decoder.receive() {
        frames.append(frame)
        seconds.append(frame.timestamp.map { video.timeBase.seconds(of: $0) } ?? .nan)
      }
    }
  }
}

extension Frame {
  /// The samples of a plane of `columns` by `rows`, without the gaps between rows.
  func samples(_ plane: Int, _ columns: Int, _ rows: Int) -> [UInt8] {
    guard let source = self.plane(plane) else { return [] }
    return (0..<rows).flatMap { y in (0..<columns).map { source.base[y * source.stride + $0] } }
  }
}
