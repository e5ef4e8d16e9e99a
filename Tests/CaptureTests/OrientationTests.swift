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

  /// The orientation `value` as AVIF states it: rotations to the left in quarter turns, then mirroring (0 is top to bottom).
  private static let properties: [[(name: String, value: UInt8)]] = [
    [], [("imir", 1)], [("irot", 2)], [("imir", 0)], [("irot", 3), ("imir", 1)], [("irot", 3)],
    [("irot", 1), ("imir", 1)], [("irot", 1)],
  ]

  /// An AVIF file with one image, the bytes of which are an AV1 stream.
  private static func avif(_ image: [UInt8], _ properties: [(name: String, value: UInt8)]) -> [UInt8] {
    func big(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
    func box(_ name: String, _ parts: [UInt8]...) -> [UInt8] {
      let body = parts.flatMap(\.self)
      return big(body.count + 8, 4) + Array(name.utf8) + body
    }
    let version = big(0, 4)
    let head = box("ftyp", Array("avif".utf8), version, Array("mif1avif".utf8))
    let size = box("ispe", version, big(width, 4), big(height, 4))
    let numbers = (1...properties.count + 1).map { UInt8($0) | 0x80 }
    let associations = box("ipma", version, big(1, 4), big(1, 2), [UInt8(numbers.count)], numbers)
    let container = box("ipco", size, properties.flatMap { box($0.name, [$0.value]) })
    let entry = box("infe", [2, 0, 0, 0], big(1, 2), big(0, 2), Array("av01".utf8), [0])
    func meta(_ start: Int) -> [UInt8] {
      box(
        "meta", version, box("pitm", version, big(1, 2)),
        box(
          "iloc", version, [0x44, 0], big(1, 2), big(1, 2), big(0, 2), big(1, 2), big(start, 4), big(image.count, 4)),
        box("iinf", version, big(1, 2), entry), box("iprp", container, associations))
    }
    return head + meta(head.count + meta(0).count + 8) + box("mdat", image)
  }

  @Test(arguments: 1...8)
  func `the properties of an AVIF image turn and mirror`(value: Int) throws {
    let stream = folder.path + "/image.obu", path = folder.path + "/image.avif"
    try FFmpegTool.run(
      Self.stored(",format=yuv420p") + ["-frames:v", "1", "-c:v", "libaom-av1", "-cpu-used", "8", "-f", "obu", stream])
    let image = [UInt8](try Data(contentsOf: URL(filePath: stream)))
    let bytes = Self.avif(image, Self.properties[value - 1])
    try Data(bytes).write(to: URL(filePath: path))
    try check(SourceAddress(parsing: path).open(), value, "avif")
    // It is damaged, not black.
    try Data(bytes.dropLast(10)).write(to: URL(filePath: path))
    #expect(throws: CaptureError.self) { if case .frame = try SourceAddress(parsing: path).open().next() {} }
  }
}
