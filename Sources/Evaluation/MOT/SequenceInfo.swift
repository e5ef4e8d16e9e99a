internal import Foundation

/// The content of `seqinfo.ini`, the description of a MOTChallenge sequence.
package struct SequenceInfo: Hashable, Sendable {
  /// Frames per second, if the file states them.
  package let frameRate: Double?
  /// Number of frames, if the file states it.
  package let length: Int?
  /// Width and height of the frames in pixels, if the file states them.
  package var size: (width: Int, height: Int)? {
    guard let width, let height, width > 0, height > 0 else { return nil }
    return (width, height)
  }

  private let width: Int?
  private let height: Int?

  /// Reads the file at `path`.
  package static func read(_ path: String) throws(EvaluationError) -> SequenceInfo {
    try parse(TextFile.read(path), path: path)
  }

  /// The description of the sequence with detections or ground truth at `path`: in the same folder or its parent, as
  /// the benchmark lays out sequences (`SEQUENCE/det/det.txt`). `nil` if there is none.
  package static func beside(_ path: String) throws(EvaluationError) -> SequenceInfo? {
    let folder = URL(filePath: path).deletingLastPathComponent()
    for place in [folder, folder.deletingLastPathComponent()] {
      let file = place.appending(path: "seqinfo.ini").path
      if FileManager.default.fileExists(atPath: file) { return try read(file) }
    }
    return nil
  }

  /// Parses `bytes`, the content of `path`.
  package static func parse(_ bytes: [UInt8], path: String) throws(EvaluationError) -> SequenceInfo {
    var rate: Double?, length: Int?, width: Int?, height: Int?
    for (index, line) in TextFile.lines(of: bytes).enumerated() {
      let parts = String(decoding: line, as: UTF8.self).split(separator: "=", maxSplits: 1)
      let words = parts.map { $0.trimmingCharacters(in: .whitespaces) }
      let text = words.count == 2 ? words[1] : ""
      func unusable(_ expected: String) -> EvaluationError {
        EvaluationError(
          .malformed, file: path, line: index + 1, "expected \(expected), got '\(text.prefix(40))'")
      }
      switch words.first?.lowercased() {
      case "imwidth": width = Int(text)
      case "imheight": height = Int(text)
      case "framerate":
        guard let value = Double(text), value > 0, value <= 1000 else {
          throw unusable("a frame rate above 0 and up to 1000")
        }
        rate = value
      case "seqlength":
        guard let value = Int(text), (1...1_000_000_000).contains(value) else {
          throw unusable("a number of frames from 1")
        }
        length = value
      default: continue
      }
    }
    return SequenceInfo(frameRate: rate, length: length, width: width, height: height)
  }
}
