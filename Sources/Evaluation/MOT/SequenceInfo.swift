internal import Foundation

/// What `seqinfo.ini` says about a MOTChallenge sequence.
public struct SequenceInfo: Hashable, Sendable {
  /// Frames per second.
  public let frameRate: Double
  /// Width and height of the frames in pixels, if the file reports them.
  public var size: (width: Int, height: Int)? {
    guard let width, let height, width > 0, height > 0 else { return nil }
    return (width, height)
  }

  private let width: Int?
  private let height: Int?

  /// Reads the file at `path`.
  public static func read(_ path: String) throws(EvaluationError) -> SequenceInfo {
    try parse(TextFile.read(path), path: path)
  }

  /// The description that belongs to the detections or ground truth at `path`: beside it, or in the folder above, as the
  /// benchmark lays its sequences out (`SEQUENCE/det/det.txt`). `nil` if there is none.
  public static func beside(_ path: String) throws(EvaluationError) -> SequenceInfo? {
    let folder = URL(filePath: path).deletingLastPathComponent()
    for place in [folder, folder.deletingLastPathComponent()] {
      let file = place.appending(path: "seqinfo.ini").path
      if FileManager.default.fileExists(atPath: file) { return try read(file) }
    }
    return nil
  }

  /// Understands `bytes` as the content of `path`.
  public static func parse(_ bytes: [UInt8], path: String) throws(EvaluationError) -> SequenceInfo {
    var rate: Double?, width: Int?, height: Int?
    for (index, line) in TextFile.lines(of: bytes).enumerated() {
      let parts = String(decoding: line, as: UTF8.self).split(separator: "=", maxSplits: 1)
      let words = parts.map { $0.trimmingCharacters(in: .whitespaces) }
      guard words.count == 2 else { continue }
      switch words[0].lowercased() {
      case "imwidth": width = Int(words[1])
      case "imheight": height = Int(words[1])
      case "framerate":
        guard let value = Double(words[1]), value > 0, value <= 1000 else {
          throw EvaluationError(
            .malformed, file: path, line: index + 1,
            "expected a frame rate above 0 and up to 1000, got '\(words[1].prefix(40))'")
        }
        rate = value
      default: continue
      }
    }
    guard let rate else {
      throw EvaluationError(.malformed, file: path, "expected a line frameRate=NUMBER, there is none")
    }
    return SequenceInfo(frameRate: rate, width: width, height: height)
  }
}
