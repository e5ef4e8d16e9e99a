/// Name of an arrangement of samples or a compression, four letters in one number as V4L2 has it.
public struct FourCC: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The letters, first in the lowest byte.
  public let rawValue: UInt32

  /// A name by its number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A name by its letters; fewer than four are filled with spaces.
  init(_ letters: StaticString) {
    var value: UInt32 = 0
    for (place, byte) in "\(letters)".padded.enumerated() { value |= UInt32(byte) << UInt32(place * 8) }
    rawValue = value
  }

  /// JPEG frames one after another.
  public static let mjpeg = FourCC("MJPG")
  /// The same under another name.
  public static let jpeg = FourCC("JPEG")
  /// H.264 with start codes.
  public static let h264 = FourCC("H264")
  /// Y, U, Y, V for two pixels side by side.
  public static let yuyv = FourCC("YUYV")
  /// U, Y, V, Y for two pixels side by side.
  public static let uyvy = FourCC("UYVY")
  /// Plane Y, then U and V interleaved, halved both ways.
  public static let nv12 = FourCC("NV12")
  /// Planes Y, U, V; chroma halved both ways.
  public static let yu12 = FourCC("YU12")
  /// One plane of grey.
  public static let grey = FourCC("GREY")

  /// The formats that are understood, best first where size and rate are equal: planes that need no conversion, then
  /// those that do, grey, and the compressed ones, which cost decoding.
  public static let known: [FourCC] = [.nv12, .yu12, .yuyv, .uyvy, .mjpeg, .jpeg, .h264, .grey]

  /// What a user calls a format: its four letters, or a common name such as `mjpeg` or `yuv420p`.
  public init?(named name: String) {
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
  public var description: String {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> UInt32($0 * 8)) & 0x7F }
    return String(decoding: bytes, as: UTF8.self).trimmed
  }

  /// Whether a frame's bytes depend on what it shows.
  public var isCompressed: Bool { [.mjpeg, .jpeg, .h264].contains(self) }
}

extension String {
  fileprivate var padded: [UInt8] { Array((Array(utf8) + [32, 32, 32, 32]).prefix(4)) }

  fileprivate var trimmed: String {
    var text = self[...]
    while text.last == " " || text.last == "\0" { text.removeLast() }
    return String(text)
  }
}
