/// A pixel format or compression as V4L2 names it: four letters in one integer.
package struct FourCC: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The letters, first in the lowest byte.
  package let rawValue: UInt32

  /// A format by its integer.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A format by its letters; fewer than four are padded with spaces.
  init(_ letters: StaticString) {
    var value: UInt32 = 0
    for (place, byte) in "\(letters)".padded.enumerated() { value |= UInt32(byte) << UInt32(place * 8) }
    rawValue = value
  }

  /// JPEG frames one after another.
  package static let mjpeg = FourCC("MJPG")
  /// The same under its other name.
  package static let jpeg = FourCC("JPEG")
  /// H.264 with start codes.
  package static let h264 = FourCC("H264")
  /// Packed 4:2:2: Y, U, Y, V for two pixels.
  package static let yuyv = FourCC("YUYV")
  /// Packed 4:2:2: U, Y, V, Y for two pixels.
  package static let uyvy = FourCC("UYVY")
  /// 4:2:0: plane Y, then U and V interleaved.
  package static let nv12 = FourCC("NV12")
  /// 4:2:0: planes Y, U, V.
  package static let yu12 = FourCC("YU12")
  /// One plane of luma.
  package static let grey = FourCC("GREY")

  /// The supported formats, best first for equal size and rate: 4:2:0 needs no conversion, 4:2:2 does, then grey,
  /// then compressed formats, which must be decoded.
  package static let known: [FourCC] = [.nv12, .yu12, .yuyv, .uyvy, .mjpeg, .jpeg, .h264, .grey]

  /// A format by its letters or a common name such as `mjpeg` or `yuv420p`.
  package init?(named name: String) {
    let lowered = name.lowercased()
    let aliases: [String: FourCC] = [
      "mjpeg": .mjpeg, "mjpg": .mjpeg, "jpeg": .jpeg, "h264": .h264, "yuyv": .yuyv, "yuyv422": .yuyv, "yuy2": .yuyv,
      "uyvy": .uyvy, "uyvy422": .uyvy, "nv12": .nv12, "yu12": .yu12, "yuv420p": .yu12, "i420": .yu12, "grey": .grey,
      "gray": .grey,
    ]
    guard let found = aliases[lowered] else { return nil }
    self = found
  }

  /// The letters.
  package var description: String {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> UInt32($0 * 8)) & 0x7F }
    return String(decoding: bytes, as: UTF8.self).trimmed
  }

  /// Whether the size of a frame in bytes varies.
  package var isCompressed: Bool { [.mjpeg, .jpeg, .h264].contains(self) }
}

extension String {
  fileprivate var padded: [UInt8] { Array((Array(utf8) + [32, 32, 32, 32]).prefix(4)) }

  fileprivate var trimmed: String {
    var text = self[...]
    while text.last == " " || text.last == "\0" { text.removeLast() }
    return String(text)
  }
}
