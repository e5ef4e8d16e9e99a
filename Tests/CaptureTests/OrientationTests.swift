import Capture
import Foundation
import Imaging
import TestSupport
import Testing

/// A frame with a white block in its stored top left corner and a grey one in the top right: where the two are shown identifies
/// the eight orientations apart.
@Suite struct OrientationTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let width = 96, height = 64

  /// Input options of the stored frames.
  private static func stored(_ filter: String = "") -> [String] {
    let blocks = "drawbox=0:0:24:16:white:fill,drawbox=72:0:24:16:gray:fill"
    return ["-f", "lavfi", "-i", "color=black:s=\(width)x\(height):r=10:d=0.3", "-vf", blocks + filter]
  }

  /// Corners in reading order: where EXIF value `value` shows the stored top left and top right.
  private static func expected(_ value: Int) -> (white: Int, grey: Int) {
    [(0, 1), (1, 0), (3, 2), (2, 3), (0, 2), (1, 3), (3, 1), (2, 0)][value - 1]
  }

  /// Upper rows of the display matrix for each EXIF value, in units of 65,536.
  private static let matrices: [[Int32]] = [
    [1, 0, 0, 1], [-1, 0, 0, 1], [-1, 0, 0, -1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0], [0, -1, -1, 0],
    [0, -1, 1, 0],
  ]

  private func check(_ source: any FrameSource, _ value: Int, _ name: String) throws {
    guard case .frame(let frame) = try source.next() else {
      Issue.record("\(name): no frame")
      return
    }
    let layout = frame.pixels.layout
    let isOnItsSide = value >= 5
    #expect(layout.width == (isOnItsSide ? Self.height : Self.width), "\(name) \(value)")
    #expect(layout.height == (isOnItsSide ? Self.width : Self.height), "\(name) \(value)")
    let corners = frame.pixels.withView { view in
      [(4, 4), (layout.width - 5, 4), (4, layout.height - 5), (layout.width - 5, layout.height - 5)].map { x, y in
        let step = layout.format == .rgb24 ? 3 : 1
        return Int(view.planes[0].base[y * view.planes[0].stride + x * step])
      }
    }
    let (white, grey) = Self.expected(value)
    #expect(corners[white] > 200 && (80...180).contains(corners[grey]), "\(name) \(value): \(corners)")
  }

  @Test(arguments: 1...8)
  func `the display matrix of MP4 turns and mirrors`(value: Int) throws {
    let path = folder.path + "/plain.mp4", turned = folder.path + "/turned.mp4"
    try FFmpegTool.run(Self.stored() + ["-c:v", "libx264", path])
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let head = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("tkhd".utf8)) })
    let matrix = Self.matrices[value - 1]
    let place = head + 8 + (bytes[head + 4] == 1 ? 32 : 20) + 16
    for (index, entry) in zip([0, 1, 3, 4], matrix) {
      for byte in 0..<4 {
        bytes[place + index * 4 + byte] = UInt8(truncatingIfNeeded: (entry * 65_536) >> (8 * (3 - Int32(byte))))
      }
    }
    try Data(bytes).write(to: URL(filePath: turned))
    let source = try StreamSource(file: turned)
    #expect(source.description.width == (value >= 5 ? Self.height : Self.width))
    try check(source, value, "mp4")
  }

  @Test(
    arguments: [(2, "0", "horizontal"), (4, "0", "vertical"), (6, "-90", ""), (3, "180", ""), (8, "90", "")])
  func `a message in H_264 turns and mirrors`(value: Int, angle: String, flip: String) throws {
    let path = folder.path + "/sei.h264"
    let message = "h264_metadata=display_orientation=insert:rotate=\(angle)" + (flip.isEmpty ? "" : ":flip=\(flip)")
    try FFmpegTool.run(Self.stored() + ["-c:v", "libx264", "-bsf:v", message, path])
    try check(StreamSource(file: path), value, "h264")
  }

  @Test(arguments: ["jpg", "png", "tif", "webp"], 1...8)
  func `the orientation stated in an image in a pipe or video is used`(format: String, value: Int) throws {
    let plain = folder.path + "/plain." + format
    try FFmpegTool.run(
      Self.stored() + ["-frames:v", "1"] + (format == "jpg" ? ["-pix_fmt", "yuvj420p"] : []) + [plain])
    let bytes = try ImageOrientation.stating(value, in: [UInt8](Data(contentsOf: URL(filePath: plain))))
    // A name without an ending: it is read as a stream.
    let path = folder.path + "/stream"
    try Data(bytes).write(to: URL(filePath: path))
    try check(StreamSource(file: path), value, format)
    let image = folder.path + "/image." + format
    try Data(bytes).write(to: URL(filePath: image))
    try check(SourceAddress(parsing: image).open(), value, format)
  }

  @Test(arguments: ["avi", "mkv", "mov"], [2, 5, 7])
  func `frames of Motion JPEG say it themselves`(container: String, value: Int) throws {
    let frame = folder.path + "/frame.jpg", turned = folder.path + "/turned.jpg"
    try FFmpegTool.run(Self.stored() + ["-frames:v", "1", "-pix_fmt", "yuvj420p", frame])
    let bytes = try ImageOrientation.stating(value, in: [UInt8](Data(contentsOf: URL(filePath: frame))))
    try Data(bytes).write(to: URL(filePath: turned))
    let path = folder.path + "/clip." + container
    try FFmpegTool.run(["-f", "mjpeg", "-i", turned, "-c", "copy", path])
    try check(StreamSource(file: path), value, container)
  }
}
